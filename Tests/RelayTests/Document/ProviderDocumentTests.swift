import Foundation
import Relay
import TestSupport
import Testing

/// Whatever a provider is like, what is written of it can be read back: an export can be applied, and what the API shows can be put.
struct ProviderDocumentTests {
    /// Built-in ones are the reason for the second id: an entry of theirs changes only what it names.
    private static let providers = [Samples.wholeProvider, Samples.bareProvider].flatMap { provider in
        [provider.id.text, "microsoft", "google"].map { Provider(named: $0, like: provider) }
    }

    @Test(arguments: providers) func comesBackAsItWas(_ provider: Provider) throws {
        let entity = DirectoryEntity.provider(provider)
        let value = EntityForm.value(entity)
        let read = try EntityForm.read(
            [DocumentReader(value)], as: .provider, in: Directory(), usual: DirectoryDocument.Usual(grantedBy: "", grantedAt: Samples.start)
        )
        #expect(read == [entity], "\(value)")
        let document = try DirectoryDocument(DirectoryDocument(Directory([entity])).value)
        #expect(document.directory.provider(provider.id) == provider)
    }

    /// A field that was added since is missing from the sample, and would be from the document without anybody noticing.
    @Test func theSampleHasEveryField() {
        let (whole, bare) = (Samples.wholeProvider, Samples.bareProvider)
        let pairs: [(Any, Any)] = [
            (whole, bare), (whole.authorization, bare.authorization), (whole.limits, bare.limits), (whole.habits, bare.habits),
        ]
        var count = 0
        for (whole, bare) in pairs {
            for (own, other) in zip(Mirror(reflecting: whole).children, Mirror(reflecting: bare).children) {
                #expect("\(own.value)" != "\(other.value)", "\(own.label ?? "?") of \(type(of: whole)) is as usual in the sample")
                count += 1
            }
        }
        #expect(count > 40)
    }
}

extension Provider {
    fileprivate init(named id: String, like other: Provider) {
        self.init(
            id: ProviderID(trusted: id), kind: other.kind, name: other.name, tokenEndpoint: other.tokenEndpoint,
            authorization: other.authorization, smtp: other.smtp, imap: other.imap, pop: other.pop, apis: other.apis, scopes: other.scopes,
            limits: other.limits, habits: other.habits, mayReceiveSecrets: other.mayReceiveSecrets,
            trustedCertificates: other.trustedCertificates)
    }
}
