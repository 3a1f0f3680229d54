package import struct FoundationEssentials.Date

/// Why a way in cannot prove who it is, or soon cannot: what is wrong with one of the two files of its `ServerIdentity`. The service refuses to start for
/// one that cannot be used, and the doctor finds it before that, in the same words.
package struct IdentityTrouble: Error, Sendable, Hashable {
    package enum Fault: Sendable, Hashable {
        case missing
        /// With the system's reason.
        case unreadable(String)
        case openToAll
        case noCertificate
        case noKey
        /// Of this file, which has the certificate.
        case keyOfAnother(String)
        case notYet(Date)
        case ends(Date)
        case ended(Date)
    }

    /// Seconds before its end from which a certificate wants somebody: most are good for 90 days and renewed after 60, so that one with less has been forgotten.
    private static let warning = 30.0 * 86_400

    /// Of the configuration, which names the file.
    package let key: String
    package let file: String
    package let fault: Fault

    package init(key: String, file: String, _ fault: Fault) {
        self.key = key
        self.file = file
        self.fault = fault
    }

    /// Of a certificate that can be used, by its dates; nil: nothing.
    package init?(key: String, file: String, from begin: Date, until end: Date, at now: Date) {
        self.init(key: key, file: file, now < begin ? .notYet(begin) : now > end ? .ended(end) : .ends(end))
        if case .ends = fault, end.timeIntervalSince(now) >= Self.warning { return nil }
    }

    package var finding: Finding { Finding("\(key) \(file)", words, fix: fix) }

    /// In a line, with the first step.
    package var sentence: String { "\(key): \(file): \(words); \(fault == .openToAll ? "run: " : "")\(fix[0])" }

    private var words: String {
        switch fault {
        case .missing: "there is no such file"
        case .unreadable(let why): "it cannot be read: \(why)"
        case .openToAll: "it can be read by everyone"
        case .noCertificate: "it begins with no certificate in PEM"
        case .noKey: "it is no private key in PEM, without a passphrase"
        case .keyOfAnother(let certificate): "it is not the key of the certificate in \(certificate)"
        case .notYet(let date): "it holds only from \(date.day)"
        case .ends(let date): "it ends on \(date.day)"
        case .ended(let date): "it ended on \(date.day)"
        }
    }

    private var fix: [String] {
        switch fault {
        case .missing: ["put it there, or name another with \(key)"]
        case .unreadable: ["let the account that serves read it, as its owner or by its group"]
        case .openToAll: ["chmod o-rwx \(file.shellQuoted)"]
        case .noCertificate: ["let \(key) name the chain in PEM, the server's own certificate first"]
        case .noKey: ["let \(key) name the key that was made with the certificate; `openssl pkey` takes a passphrase away"]
        case .keyOfAnother: ["let both keys name files that belong together, the server's own certificate first in the chain"]
        case .notYet: ["put one in its place that holds now", "systemctl reload mandate, or kill -HUP"]
        case .ends, .ended: ["put the new one in its place", "systemctl reload mandate, or kill -HUP"]
        }
    }
}
