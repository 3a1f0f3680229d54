/// What a server of ours proves with who it is: a certificate chain and its key, both PEM. SMTP and HTTP have one each, which may be the same.
package struct ServerIdentity: Sendable, Hashable {
    package var certificates: [UInt8]
    package var key: [UInt8]

    package init(certificates: [UInt8], key: [UInt8]) {
        self.certificates = certificates
        self.key = key
    }
}
