//! What is planted by tests that look for it in outputs afterwards.

/// Shapes of secrets. `@` stands for the secret itself.
pub const SECRETS: [&str; 76] = [
    "@",
    "password=@",
    "PASSWORD: @",
    "pwd @",
    "--password=@",
    "-p@",
    "--token @",
    "MYSQL_ROOT_PASSWORD=@",
    "export API_KEY=@",
    "secret is '@'",
    "secret is \"@\"",
    "`@`",
    "Bearer @",
    "Authorization: Basic @",
    "Authorization: Bearer @.@.@",
    "Cookie: session=@; Path=/",
    "Set-Cookie: id=@",
    "X-Api-Key: @",
    "eyJhbGciOiJIUzI1NiJ9.@.@",
    "AKIA@",
    "aws_secret_access_key = @",
    "AWS_SESSION_TOKEN=@//////////",
    "ghp_@",
    "github_pat_@_@",
    "glpat-@",
    "xoxb-1234-@",
    "sk_live_@",
    "sk-proj-@",
    "AIza@",
    "SG.@.@",
    "npm_@",
    "dckr_pat_@",
    "hvs.@",
    "$apr1$abcd$@",
    "$2y$10$@",
    "$argon2id$v=19$m=65536,t=3,p=4$@$@",
    "ann:@",
    "ann:$apr1$@/x.",
    "postgres://ann:@@db:5432/app",
    "postgresql+asyncpg://ann:@@db/app?sslpassword=@",
    "mysql://root:@@127.0.0.1:3306/x",
    "mongodb+srv://ann:@@cluster0.example.net/?authSource=@",
    "redis://:@@cache:6379/0",
    "rediss://default:@@cache:6380",
    "amqp://guest:@@mq:5672/%2f",
    "https://@@github.com/x/y.git",
    "https://x-access-token:@@github.com/x/y.git",
    "https://hooks.example.com/services/T0/B0/@",
    "https://discord.com/api/webhooks/1/@",
    "https://api.example.com/v1?key=@",
    "https://api.example.com/v1#access_token=@",
    "https://bucket.s3.amazonaws.com/o?X-Amz-Signature=@&X-Amz-Credential=@",
    "jdbc:postgresql://db:5432/app?user=ann&password=@",
    "jdbc:sqlserver://db:1433;user=sa;password=@;encrypt=false",
    "jdbc:oracle:thin:ann/@@db:1521/x",
    "Server=db,1433;Database=x;User Id=sa;Password=@;",
    "host=db port=5432 user=ann password=@ dbname=x",
    "ann/@@db:1521/XEPDB1",
    "DefaultEndpointsProtocol=https;AccountName=x;AccountKey=@==",
    "Endpoint=sb://x.servicebus.windows.net/;SharedAccessKey=@=",
    "https://ann:@@x@@evil.example/",
    "https://@:443@db/x",
    "smtp://ann:@@mail:587",
    "sentry https://@@o1.ingest.sentry.io/1",
    "ldap://cn=admin,dc=x:@@ldap:389",
    "//nas/share,username=ann,password=@",
    "-----BEGIN RSA PRIVATE KEY-----\n@\n-----END RSA PRIVATE KEY-----",
    "-----BEGIN OPENSSH PRIVATE KEY----- @ -----END OPENSSH PRIVATE KEY-----",
    "ssh-rsa AAAAB3NzaC1yc2E@",
    "{\"password\":\"@\"}",
    "{\"auths\":{\"r.example\":{\"auth\":\"@\"}}}",
    "<password>@</password>",
    "password:\n  - @",
    "\u{1b}[31m@\u{1b}[0m",
    "a\u{200b}@\u{202e}",
    "%40@%3a",
];

/// What every secret has in it, and nothing else.
pub const MARK: &str = "xk9wv";

/// The secret with this number.
pub fn core(number: usize) -> String {
    format!("zq{number:03}{MARK}{number:03}q")
}

pub fn planted(shape: &str, number: usize) -> String {
    // The marks of an address stay: `user:SECRET@host`.
    let core = core(number);
    shape.replace("@@", &format!("{core}\u{0}")).replace('@', &core).replace('\u{0}', "@")
}

/// All secrets, each in its shape.
pub fn secrets() -> Vec<String> {
    SECRETS.iter().enumerate().map(|(number, shape)| planted(shape, number)).collect()
}
