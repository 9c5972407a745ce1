//! Which part of a label may be kept: people write secrets into them.

use std::collections::BTreeMap;

use super::reference::speaks_of_secrets;

/// Labels as given, but for values under keys that speak of secrets: reverse
/// proxies keep password hashes in labels.
pub fn kept_labels(given: impl IntoIterator<Item = (String, String)>) -> BTreeMap<String, String> {
    given
        .into_iter()
        .map(|(key, value)| {
            let value = if speaks_of_secrets(&key) && !value.is_empty() {
                "(not kept)".to_owned()
            } else if value.contains('@') {
                without_user_info(&value)
            } else {
                value
            };
            (key, value)
        })
        .collect()
}

/// The text with `user:password@` taken out of any URL in it.
pub fn without_user_info(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (head, tail) = rest.split_at(at + 3);
        clean.push_str(head);
        let authority = tail.find(|c: char| "/?# \t\r\n\"'`".contains(c)).unwrap_or(tail.len());
        rest = match tail[..authority].rfind('@') {
            Some(user_info) => &tail[user_info + 1..],
            None => tail,
        };
    }
    clean.push_str(rest);
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn user_info_leaves_urls_and_nothing_else_does() {
        assert_eq!(without_user_info("mongodb://u:p@db:27017/x"), "mongodb://db:27017/x");
        assert_eq!(without_user_info("a://u:p@h b://q@i/j@k"), "a://h b://i/j@k");
        assert_eq!(without_user_info("http://host/path"), "http://host/path");
        assert_eq!(without_user_info("mail me@home"), "mail me@home");
    }

    #[test]
    fn labels_that_speak_of_secrets_lose_their_value() {
        let given = [
            ("traefik.http.middlewares.a.basicauth.users", "u:$apr1$x"),
            ("com.docker.compose.project", "shop"),
        ];
        let kept = kept_labels(given.map(|(key, value)| (key.to_owned(), value.to_owned())));
        assert_eq!(kept["traefik.http.middlewares.a.basicauth.users"], "(not kept)");
        assert_eq!(kept["com.docker.compose.project"], "shop");
    }
}
