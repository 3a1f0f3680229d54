internal import FoundationEssentials
package import Relay

/// The addresses that a Gmail mailbox may send from (`users.settings.sendAs.list`): Google can be asked, and a message would be no proof, since what is not
/// on the list is silently replaced (domain.md 3.5).
package struct GmailSenders: SenderDirectory {
    private let perform: TokenClient.Perform

    package init(_ thread: CurlThread) { perform = { request throws(CurlFailure) in try await thread.perform(request) } }

    /// In lower case. Throws when it could not be asked, or the token does not open the list.
    package func list(of login: String, at provider: Provider, token: Secret) async throws(TransmitFailure) -> Set<String> {
        guard let base = provider.apis[.gmail] else {
            throw TransmitFailure(stage: .request, cause: .unreachable("\(provider.name) names no address of its Gmail API"))
        }
        let response: HTTPResponse
        do throws(CurlFailure) {
            response = try await perform(
                HTTPRequest(
                    .get, "\(base)/gmail/v1/users/\(APITransmit.escaped(login))/settings/sendAs",
                    fields: [HTTPField("Authorization", "Bearer \(token.revealText())"), HTTPField("Accept", "application/json")],
                    trustedCertificates: provider.trustedCertificates))
        } catch { throw TransmitFailure(stage: .request, cause: .unreachable(error.description)) }
        guard response.status == 200, let answer = try? JSONDecoder().decode(Answer.self, from: Data(response.body)) else {
            let error = ReplyText.error(response.body)
            throw TransmitFailure(
                stage: .request, cause: .reply(ProviderReply(code: response.status, enhanced: error.code, text: error.message)))
        }
        return Set((answer.sendAs ?? []).filter(\.isUsable).map { $0.sendAsEmail.lowercased() })
    }

    private struct Answer: Decodable {
        let sendAs: [Sender]?
    }

    private struct Sender: Decodable {
        let sendAsEmail: String
        let isPrimary: Bool?
        let verificationStatus: String?

        /// The primary address has no status of its own.
        var isUsable: Bool { isPrimary == true || verificationStatus == "accepted" }
    }
}
