package import Mail
package import Relay

extension OutgoingMessage {
    /// By SMTP to this endpoint, whatever provider that may be.
    package init(
        endpoint: MailEndpoint, trustedCertificates: String?, login: String, token: Secret, envelope: Envelope, header: [UInt8],
        bodySize: Int, wholeBody: [UInt8]? = nil,
        body: @escaping @Sendable (Int) async throws(StoreFailure) -> [UInt8]?
    ) {
        var provider = FakeCompany.provider
        provider.smtp = endpoint
        provider.trustedCertificates = trustedCertificates
        self.init(
            transport: .smtp, provider: provider, login: login, token: token, envelope: envelope, header: header, bodySize: bodySize,
            wholeBody: wholeBody, body: body)
    }
}
