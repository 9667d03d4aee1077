//! Keys that do not stand in one piece: in variables that belong together, or under a name in a file with others. In one
//! piece they are what `aws` signs with: `ACCESS:SECRET[:SESSION]`.

use zeroize::Zeroizing;

use crate::config::environment::Environment;

/// Variables whose text is only half of a key, the variable that holds the other half, and one that may hold more.
const COMPANIONS: [(&str, &str, &str); 1] = [("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")];

/// A key that stands in several variables, in one piece: `FIRST:SECOND[:THIRD]`.
///
/// # Errors
/// The other half is missing.
pub(super) fn of_variables(
    environment: &Environment,
    variable: &str,
    text: Zeroizing<String>,
) -> Result<Zeroizing<String>, String> {
    let Some((_, second, third)) = COMPANIONS.iter().find(|it| it.0 == variable) else { return Ok(text) };
    let rest = environment.text(second).ok_or_else(|| format!("{variable} is set, but {second} is not"))?;
    let rest = Zeroizing::new(rest);
    let more = environment.text(third).map(Zeroizing::new);
    let mut whole = format!("{}:{}", text.trim(), rest.trim());
    if let Some(more) = more.filter(|it| !it.trim().is_empty()) {
        whole.push(':');
        whole.push_str(more.trim());
    }
    Ok(Zeroizing::new(whole))
}

/// The key of the profile in force in a file of AWS credentials, in one piece; `None` where the text is no such file.
///
/// # Errors
/// The profile is not there, or has no key in it.
pub(super) fn of_profile(text: &str, environment: &Environment) -> Option<Result<Zeroizing<String>, String>> {
    let begins = |it: &str| it.trim_start().starts_with('[');
    if !text.lines().any(begins) || !text.contains("aws_access_key_id") {
        return None;
    }
    let profile = environment.text("AWS_PROFILE").filter(|it| !it.is_empty());
    let profile = profile.as_deref().unwrap_or("default");
    let header = |line: &str| {
        let name = line.trim().strip_prefix('[')?.strip_suffix(']')?.trim();
        Some(name.strip_prefix("profile ").unwrap_or(name).trim().to_owned())
    };
    let mut current = None;
    let (mut found, mut values) = (false, [const { None }; 3]);
    for line in text.lines() {
        if let Some(name) = header(line) {
            current = Some(name);
        }
        if current.as_deref() != Some(profile) {
            continue;
        }
        found = true;
        let Some((name, value)) = line.split_once('=') else { continue };
        let names = ["aws_access_key_id", "aws_secret_access_key", "aws_session_token"];
        if let Some(nth) = names.iter().position(|it| *it == name.trim()) {
            values[nth] = Some(value.trim());
        }
    }
    Some(match values {
        [Some(access), Some(secret), session] => {
            let session = session.map(|it| format!(":{it}")).unwrap_or_default();
            Ok(Zeroizing::new(format!("{access}:{secret}{session}")))
        }
        _ if found => Err(format!(
            "the profile `{profile}` has no key of its own; for roles, single sign-on and processes use: \
             --cmd 'aws configure export-credentials --profile {profile}'"
        )),
        _ => Err(format!("it has no profile `{profile}`: set AWS_PROFILE to one that it has")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "[default]\naws_access_key_id = AKIA1\naws_secret_access_key = s1\n\n[profile work]\n\
        aws_access_key_id=ASIA2\naws_secret_access_key=s2==\naws_session_token = t2\n[role]\nrole_arn = arn:aws:x\n";

    fn environment(pairs: &[(&str, &str)]) -> Environment {
        Environment::of(pairs.iter().map(|it| (it.0.to_owned(), it.1.to_owned())))
    }

    #[test]
    fn variables_that_belong_together_are_one_key() {
        let whole = |pairs: &[(&str, &str)]| {
            let text = Zeroizing::new("AKIA1 ".to_owned());
            of_variables(&environment(pairs), "AWS_ACCESS_KEY_ID", text).map(|it| it.to_string())
        };
        assert_eq!(whole(&[("AWS_SECRET_ACCESS_KEY", "s")]).unwrap(), "AKIA1:s");
        let session = [("AWS_SECRET_ACCESS_KEY", "s"), ("AWS_SESSION_TOKEN", "t")];
        assert_eq!(whole(&session).unwrap(), "AKIA1:s:t");
        assert!(whole(&[]).unwrap_err().contains("AWS_SECRET_ACCESS_KEY is not"));
        let other = of_variables(&environment(&[]), "OPENAI_API_KEY", Zeroizing::new("sk".to_owned()));
        assert_eq!(*other.unwrap(), "sk");
    }

    #[test]
    fn the_profile_in_force_gives_the_key() {
        let of = |profile: &[(&str, &str)]| of_profile(FILE, &environment(profile)).unwrap().map(|it| it.to_string());
        assert_eq!(of(&[]).unwrap(), "AKIA1:s1");
        assert_eq!(of(&[("AWS_PROFILE", "work")]).unwrap(), "ASIA2:s2==:t2");
        assert!(of(&[("AWS_PROFILE", "role")]).unwrap_err().contains("export-credentials --profile role"));
        assert!(of(&[("AWS_PROFILE", "none")]).unwrap_err().contains("AWS_PROFILE"));
        for other in ["sk-ant-1", "{\"a\":1}", "[x]\ny = 1"] {
            assert!(of_profile(other, &environment(&[])).is_none(), "{other}");
        }
    }
}
