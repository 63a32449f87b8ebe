//! A browser as far as it matters here: it keeps cookies for the site, and goes where it is sent one step at a time.

use std::collections::BTreeMap;

use reqwest::header::{CONTENT_TYPE, COOKIE, HeaderMap, LOCATION, SET_COOKIE};
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};
use url::Url;

use super::program::{Site, install_tls};
use super::visitor::client;

/// Where browsers believe the site to be, whichever of its servers answers.
pub(crate) const PUBLIC: &str = "https://reelgraph.test";

/// A browser that keeps cookies and follows no redirect by itself.
#[derive(Clone)]
pub(crate) struct Browser {
    client: Client,
    server: String,
    cookies: BTreeMap<String, String>,
}

/// The answer to a request, read to its end.
pub(crate) struct Page {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Page {
    /// Where it sends the browser.
    pub(crate) fn location(&self) -> Url {
        let location = self
            .headers
            .get(LOCATION)
            .unwrap_or_else(|| panic!("{}: {}", self.status, self.body));
        location.to_str().unwrap().parse().unwrap()
    }

    /// A header, or nothing.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    /// The cookies that it sets, as they are written.
    pub(crate) fn cookies(&self) -> Vec<&str> {
        let cookies = self.headers.get_all(SET_COOKIE).iter();
        cookies.map(|cookie| cookie.to_str().unwrap()).collect()
    }
}

impl Browser {
    /// One that finds the site at this server.
    pub(crate) fn at(site: &Site) -> Self {
        install_tls();
        Self {
            client: client().redirect(Policy::none()).build().unwrap(),
            server: site.address.clone(),
            cookies: BTreeMap::new(),
        }
    }

    /// The same browser, whose next requests another server of the site answers.
    pub(crate) fn move_to(&mut self, site: &Site) {
        self.server.clone_from(&site.address);
    }

    /// The names of the cookies that it has.
    pub(crate) fn cookies(&self) -> Vec<&str> {
        self.cookies.keys().map(String::as_str).collect()
    }

    /// Opens an address, of the site or of another one, and goes no further.
    pub(crate) async fn open(&mut self, url: &str) -> Page {
        match url.strip_prefix(PUBLIC) {
            Some(path) => {
                let request = self.client.get(format!("{}{path}", self.server));
                self.send(request).await
            }
            None => page(self.client.get(url).send().await.unwrap()).await,
        }
    }

    /// Sends a form to the site, from one of its own pages.
    pub(crate) async fn submit(&mut self, path: &str, form: &[(&str, &str)]) -> Page {
        let request = self
            .post(path, form)
            .header("sec-fetch-site", "same-origin");
        self.send(request).await
    }

    /// The same, from a page of another site.
    pub(crate) async fn submit_from_elsewhere(
        &mut self,
        path: &str,
        form: &[(&str, &str)],
    ) -> Page {
        let request = self.post(path, form).header("sec-fetch-site", "cross-site");
        self.send(request).await
    }

    fn post(&self, path: &str, form: &[(&str, &str)]) -> RequestBuilder {
        let body: String = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(form)
            .finish();
        let request = self.client.post(format!("{}{path}", self.server));
        request
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(body)
    }

    /// Sends an operation; the whole answer.
    pub(crate) async fn ask(&mut self, query: &str, variables: Value) -> Value {
        let body = json!({ "query": query, "variables": variables });
        let request = self.client.post(format!("{}/graphql", self.server));
        let request = request
            .header(CONTENT_TYPE, "application/json")
            .body(body.to_string());
        serde_json::from_str(&self.send(request).await.body).unwrap()
    }

    async fn send(&mut self, request: RequestBuilder) -> Page {
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let request = if cookies.is_empty() {
            request
        } else {
            request.header(COOKIE, cookies.join("; "))
        };
        let page = page(request.send().await.unwrap()).await;
        for cookie in page.cookies() {
            let (name, value) = cookie.split(';').next().unwrap().split_once('=').unwrap();
            if cookie.contains("; Max-Age=0;") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        page
    }
}

async fn page(response: reqwest::Response) -> Page {
    Page {
        status: response.status().as_u16(),
        headers: response.headers().clone(),
        body: response.text().await.unwrap(),
    }
}
