//! Where what was watched is sent to.

use anyhow::bail;

/// Brokers of Kafka, as `host:port,host:port`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Brokers(pub String);

/// From `KAFKA_BROKERS`; `None`: nothing is sent.
pub(super) fn brokers(
    variable: impl Fn(&str) -> Option<String>,
) -> anyhow::Result<Option<Brokers>> {
    let Some(brokers) = variable("KAFKA_BROKERS").filter(|value| !value.is_empty()) else {
        return Ok(None);
    };
    let is_host = |host: &str| !host.is_empty() && !host.contains(char::is_whitespace);
    let is_address = |broker: &str| {
        let port = broker.rsplit_once(':').filter(|(host, _)| is_host(host));
        port.is_some_and(|(_, port)| port.parse::<u16>().is_ok_and(|port| port > 0))
    };
    if !brokers.split(',').all(is_address) {
        bail!("KAFKA_BROKERS is {brokers}, not addresses as kafka-1:9092,kafka-2:9092");
    }
    Ok(Some(Brokers(brokers)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brokers_are_hosts_with_ports() {
        let of = |text: &str| brokers(|_| Some(text.to_owned()));

        assert_eq!(of("").unwrap(), None);
        let two = "kafka-1:9092,[::1]:9093";
        assert_eq!(of(two).unwrap(), Some(Brokers(two.to_owned())));
        for wrong in [
            "kafka",
            "kafka:",
            ":9092",
            "kafka:0",
            "kafka:99999",
            "kafka:1,",
            "a:1 b:2",
        ] {
            let error = of(wrong).unwrap_err().to_string();
            assert!(error.starts_with("KAFKA_BROKERS is "), "{error}");
        }
    }
}
