//! On the cluster that librdkafka pretends, in this process.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::mocking::MockCluster;
use rdkafka::producer::DefaultProducerContext;
use rdkafka::{Message, Offset, TopicPartitionList};

use super::client::{Quiet, config};
use super::topics::KafkaTopics;
use crate::domain::error::StoreError;
use crate::domain::recommend::{TopicMessage, Topics};

const TOPIC: &str = "reelgraph.watches";
const PARTITIONS: i32 = 5;

type Mock = MockCluster<'static, DefaultProducerContext>;

fn cluster() -> (Mock, KafkaTopics) {
    let cluster = MockCluster::new(1).unwrap();
    cluster.create_topic(TOPIC, PARTITIONS, 1).unwrap();
    let topics = KafkaTopics::open(&cluster.bootstrap_servers()).unwrap();
    (cluster, topics)
}

fn message(owner: u64, title: u64, value: Option<&str>) -> TopicMessage {
    TopicMessage {
        key: format!("{owner}:{title}"),
        owner: owner.to_string(),
        value: value.map(|text| text.as_bytes().to_vec()),
    }
}

/// The keys and values of a topic, partition by partition, in their order.
fn all(cluster: &Mock) -> BTreeMap<i32, Vec<(String, Option<String>)>> {
    let consumer: BaseConsumer<Quiet> = config(&cluster.bootstrap_servers())
        .set("group.id", "test")
        .set("enable.partition.eof", "true")
        .create_with_context(Quiet::default())
        .unwrap();
    let mut places = TopicPartitionList::new();
    for partition in 0..PARTITIONS {
        places
            .add_partition_offset(TOPIC, partition, Offset::Beginning)
            .unwrap();
    }
    consumer.assign(&places).unwrap();
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let mut found: BTreeMap<i32, Vec<_>> = BTreeMap::new();
    let mut left = PARTITIONS;
    while left > 0 {
        match consumer.poll(Duration::from_secs(30)).unwrap() {
            Ok(message) => {
                let row = (text(message.key().unwrap()), message.payload().map(text));
                found.entry(message.partition()).or_default().push(row);
            }
            Err(_) => left -= 1,
        }
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn all_messages_of_an_owner_are_in_one_partition_in_their_order() {
    let (cluster, topics) = cluster();
    let messages: Vec<TopicMessage> = (0..4000)
        .map(|number| message(number % 40, number / 80, Some(&number.to_string())))
        .collect();

    topics.publish(TOPIC, &messages).await.unwrap();

    let found = all(&cluster);
    let mut partitions: BTreeMap<String, BTreeSet<i32>> = BTreeMap::new();
    for (partition, rows) in &found {
        for (key, _) in rows {
            let owner = key.split(':').next().unwrap().to_owned();
            partitions.entry(owner).or_default().insert(*partition);
        }
        let numbers = rows.iter().map(|(_, value)| value.as_ref().unwrap());
        let numbers: Vec<u32> = numbers.map(|number| number.parse().unwrap()).collect();
        assert!(numbers.is_sorted(), "partition {partition}");
    }
    assert_eq!(found.values().map(Vec::len).sum::<usize>(), 4000);
    assert_eq!(partitions.len(), 40);
    assert!(partitions.values().all(|partitions| partitions.len() == 1));
    assert_eq!(found.len(), 5, "all partitions are used");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_taken_back_is_not_there() {
    let (cluster, topics) = cluster();
    let messages = [
        message(1, 7, Some("{}")),
        message(1, 8, Some("{}")),
        message(2, 7, Some("{}")),
        message(1, 7, None),
        message(3, 7, Some("{}")),
        message(3, 7, None),
        message(3, 7, Some("{}")),
    ];
    topics.publish(TOPIC, &messages).await.unwrap();

    let owners = topics.owners(TOPIC).await.unwrap();
    let wanted = ["1", "3", "9"].map(str::to_owned);
    let keys = topics.keys_of(TOPIC, &wanted).await.unwrap();

    let set = |texts: Vec<String>| texts.into_iter().collect::<BTreeSet<String>>();
    let expected = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    assert_eq!(set(owners), expected(&["1", "2", "3"]));
    assert_eq!(set(keys), expected(&["1:8", "3:7"]));
    let nulls = all(&cluster).into_values().flatten();
    assert_eq!(nulls.filter(|(_, value)| value.is_none()).count(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broker_that_is_away_is_an_error_and_is_found_again() {
    let (cluster, topics) = cluster();
    topics
        .publish(TOPIC, &[message(1, 1, Some("{}"))])
        .await
        .unwrap();

    cluster.broker_down(1).unwrap();
    let away = topics.publish(TOPIC, &[message(1, 2, Some("{}"))]).await;
    cluster.broker_up(1).unwrap();
    let mut back = topics.publish(TOPIC, &[message(1, 3, Some("{}"))]).await;
    for _ in 0..10 {
        if back.is_ok() {
            break;
        }
        back = topics.publish(TOPIC, &[message(1, 3, Some("{}"))]).await;
    }

    assert!(matches!(away, Err(StoreError::Unavailable(_))), "{away:?}");
    back.unwrap();
    let keys = all(&cluster).into_values().flatten().map(|(key, _)| key);
    assert!(keys.collect::<BTreeSet<_>>().contains("1:3"));
}
