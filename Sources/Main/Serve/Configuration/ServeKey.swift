/// The keys of the configuration file, each with what it means and what holds without it; `serve --help` is made of these.
enum ServeKey: String, Sendable, CaseIterable {
    case node
    case checkpoint
    case logLevel = "log.level"
    case logFormat = "log.format"
    case httpHost = "http.host"
    case httpPort = "http.port"
    case httpCertificate = "http.certificate"
    case httpKey = "http.key"
    case httpAllowClear = "http.allow-clear"
    case httpProxies = "http.proxies"
    case httpHostNames = "http.host-names"
    case httpConnections = "http.connections"
    case httpConnectionsPerAddress = "http.connections-per-address"
    case smtpListen = "smtp.listen"
    case smtpListenTLS = "smtp.listen-tls"
    case smtpCertificate = "smtp.certificate"
    case smtpKey = "smtp.key"
    case smtpAllowClear = "smtp.allow-clear"
    case smtpHostName = "smtp.host-name"
    case smtpSize = "smtp.size"
    case smtpRecipients = "smtp.recipients"
    case smtpConnections = "smtp.connections"
    case smtpConnectionsPerAddress = "smtp.connections-per-address"
    case smtpTimeout = "smtp.timeout"
    case localFolder = "local.folder"
    case pickupFolder = "pickup.folder"
    case pickupClient = "pickup.client"
    case pickupSettle = "pickup.settle"
    case dmarcFolder = "dmarc.folder"

    /// For people; the code that reads a key knows the value.
    var usual: String {
        switch self {
        case .node: "main"
        case .checkpoint, .httpCertificate, .httpKey, .httpProxies, .httpHostNames, .smtpListenTLS, .smtpCertificate, .smtpKey,
            .pickupFolder, .pickupClient, .dmarcFolder:
            "–"
        case .logLevel: "info"
        case .logFormat: "text"
        case .httpHost: "127.0.0.1"
        case .httpPort: "that of public-url"
        case .httpConnections: "4000"
        case .httpConnectionsPerAddress: "500"
        case .smtpListen: "127.0.0.1:2525"
        case .httpAllowClear, .smtpAllowClear: "no"
        case .smtpHostName: "the machine's"
        case .smtpSize: "157286400"
        case .smtpRecipients: "1000"
        case .smtpConnections: "2000"
        case .smtpConnectionsPerAddress: "500"
        case .smtpTimeout: "300"
        case .localFolder: "door in the store"
        case .pickupSettle: "2"
        }
    }

    var meaning: String {
        switch self {
        case .node: "names this machine's part of the store; two services on one store need two names"
        case .checkpoint: "a file that gets the journal's head each hour and at stop, for `audit verify --checkpoint`"
        case .logLevel:
            "the least that is said: trace, debug, info (each message), notice (what was refused or waits), warning, error, critical"
        case .logFormat: "text for people, json for programs: an object a line"
        case .httpHost: "where it listens for browsers and programs (console, API, metrics)"
        case .httpPort: "its port; 0 is any free one"
        case .httpCertificate: "PEM file of the certificate chain; with it there is TLS, and nothing else"
        case .httpKey: "PEM file of its private key"
        case .httpAllowClear: "`yes`: keys and passwords may come without TLS also from other machines"
        case .httpProxies:
            "networks of reverse proxies, with commas: their X-Forwarded-For and X-Forwarded-Host are believed, and nobody else's"
        case .httpHostNames:
            "names by which it may be asked beside public-url's and this machine's own, with commas; by others it does not answer"
        case .httpConnections: "connections at once"
        case .httpConnectionsPerAddress: "connections at once from one address that is no proxy of `http.proxies`"
        case .smtpListen: "HOST:PORT of the submission server, several with commas; `off` for none"
        case .smtpListenTLS: "the same with TLS from the first octet (RFC 8314)"
        case .smtpCertificate: "PEM file of the certificate chain; with it STARTTLS is offered"
        case .smtpKey: "PEM file of its private key"
        case .smtpAllowClear: "`yes`: keys may be given without TLS also beyond this machine"
        case .smtpHostName: "the name in greeting, Received and Message-ID"
        case .smtpSize: "octets of a message"
        case .smtpRecipients: "recipients of a message"
        case .smtpConnections: "connections at once"
        case .smtpConnectionsPerAddress: "connections at once from one address"
        case .smtpTimeout: "seconds from one command to the next"
        case .localFolder: "holds the socket and the maildrop of `mandate sendmail`; `off` for none"
        case .pickupFolder: "messages put there as files are sent; purposes are folders in it"
        case .pickupClient: "the client that such files are from, with its limits; – is the store's owner"
        case .pickupSettle: "seconds that a file must have been left alone"
        case .dmarcFolder: "DMARC reports put there as files are taken in: XML, gzip, zip, or the mail messages with them"
        }
    }

    /// `MANDATE_SMTP_LISTEN`
    var variable: String { "MANDATE_" + rawValue.uppercased().map { $0 == "." || $0 == "-" ? "_" : String($0) }.joined() }

    /// Three columns for a terminal.
    static var table: String {
        let width = allCases.map(\.rawValue.count).max() ?? 0
        return allCases.map { key in
            "  " + key.rawValue.padding(to: width + 2) + key.meaning + (key.usual == "–" ? "" : " (\(key.usual))")
        }.joined(separator: "\n")
    }
}

extension String {
    fileprivate func padding(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
