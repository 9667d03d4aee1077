//! Prices at the terminal: a fetched table, what it changes, and the way back.

use std::io::{Read as _, Write as _};

use serde_json::{Value, json};

use crate::cli::Home;

/// A table in genai-prices' own form, with one model.
fn table(input: f64) -> String {
    json!([{
        "id": "openai", "name": "OpenAI", "api_pattern": "https://api\\.openai\\.com",
        "models": [{
            "id": "gpt-5.4-mini", "name": "a description that is not kept", "match": { "equals": "gpt-5.4-mini" },
            "prices": { "input_mtok": input, "output_mtok": 8 },
        }],
    }])
    .to_string()
}

fn price(home: &Home, target: &str) -> Value {
    home.json(&["prices", "show", target, "--json"])["price"].clone()
}

#[test]
fn a_fetched_table_holds_until_it_is_given_up() {
    let home = Home::new();
    let built_in = price(&home, "openai/gpt-5.4-mini");
    let file = home.path().join("data.json");
    std::fs::write(&file, table(7.0)).unwrap();
    let file = file.to_str().unwrap();

    let dry = home.json(&["prices", "sync", "--from", file, "--dry-run", "--json"]);
    assert_eq!((&dry["saved"], dry["dearer"][0]["model"].as_str()), (&json!(false), Some("openai/gpt-5.4-mini")));
    assert_eq!(price(&home, "openai/gpt-5.4-mini"), built_in);

    let told = home.ok(&["prices", "sync", "--from", file]).stdout;
    for part in ["$7.00 / $8.00", "without a price now", "(before: genai-prices"] {
        assert!(told.contains(part), "{part} in {told}");
    }
    let fetched = price(&home, "openai/gpt-5.4-mini");
    assert_eq!((&fetched["input_usd"], &fetched["output_usd"]), (&json!(7.0), &json!(8.0)));
    assert_ne!(fetched["source"], built_in["source"]);
    assert_eq!(price(&home, "openai/gpt-5.4"), Value::Null, "what a table does not know has no price");
    // A price of one's own comes before every table's.
    home.ok(&["prices", "set", "openai/gpt-5.4-mini", "in=1", "out=2", "request=0.01", "search=0.02"]);
    let own = price(&home, "openai/gpt-5.4-mini");
    assert_eq!((&own["source"], &own["request_usd"], &own["search_usd"]), (&json!("own"), &json!(0.01), &json!(0.02)));
    home.ok(&["prices", "remove", "openai/gpt-5.4-mini"]);

    home.ok(&["prices", "sync", "--built-in"]);
    assert_eq!(price(&home, "openai/gpt-5.4-mini"), built_in);
}

#[test]
fn a_table_comes_from_an_address_too_and_nothing_but_a_table_is_taken() {
    let home = Home::new();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/data.json", listener.local_addr().unwrap());
    let serving = std::thread::spawn(move || {
        for (status, body) in [("200 OK", table(3.0)), ("302 Found", String::new()), ("200 OK", "<html>".to_owned())] {
            let (mut stream, _) = listener.accept().unwrap();
            assert!(stream.read(&mut [0; 4096]).unwrap() > 0);
            let head =
                format!("HTTP/1.1 {status}\r\nlocation: /x\r\nconnection: close\r\ncontent-length: {}", body.len());
            stream.write_all(format!("{head}\r\n\r\n{body}").as_bytes()).unwrap();
        }
    });
    home.ok(&["prices", "sync", "--from", &url]);
    assert_eq!(price(&home, "openai/gpt-5.4-mini")["input_usd"], 3.0);
    for (from, code) in [
        (url.as_str(), "no-price-table"),
        (url.as_str(), "bad-price-table"),
        ("http://prices.example/data.json", "no-price-table"),
        ("/no/such/file", "no-price-table"),
    ] {
        let ran = home.run(&["prices", "sync", "--from", from]);
        assert!(ran.code == 1 && ran.stderr.contains(code), "{from}: {}", ran.stderr);
    }
    serving.join().unwrap();
    assert_eq!(price(&home, "openai/gpt-5.4-mini")["input_usd"], 3.0, "a table that is refused changes nothing");
}
