package import struct FoundationEssentials.Date

/// Keeps tokens and leases, sealed, so that every process of a store renews a token once for all.
package protocol TokenStore: Sendable {
    /// What a grant asks with: its sealed secrets and the revision they were read at; nil when the grant is gone.
    func credentials(of grant: GrantID) async throws(StoreFailure) -> Credentials?
    func token(_ key: TokenKey) async throws(StoreFailure) -> StoredToken?
    /// Takes a lease, or returns false while someone else's has not run out.
    func takeLease(_ name: String, holder: String, at now: Date, until: Date) async throws(StoreFailure) -> Bool
    func dropLease(_ name: String, holder: String) async throws(StoreFailure)
    /// Keeps what a renewal brought, the rotated refresh token included, and gives its lease back, in one commit; returns false and does nothing when the
    /// lease or the grant's revision has moved since.
    func keep(_ renewal: Renewal) async throws(StoreFailure) -> Bool
    /// Written down before a refresh token that ends with its first use is sent: returns when that was done before without an answer being kept.
    func beginAsking(_ grant: GrantID, at now: Date) async throws(StoreFailure) -> Date?
    /// The provider has answered, and nothing was lost.
    func endAsking(_ grant: GrantID) async throws(StoreFailure)
    func secret(_ name: SecretName) async throws(StoreFailure) -> Sealed?
}

extension TokenStore {
    /// Applications that keep neither a secret nor a certificate here – public clients, and those whose tokens a program prints: nothing of theirs ends.
    package func applicationsWithoutSecret(_ directory: Directory) async throws(StoreFailure) -> Set<ApplicationID> {
        var found: Set<ApplicationID> = []
        for application in directory.allApplications where application.secretExpires == nil && application.certificate == nil {
            if try await secret(SecretName(.clientSecret, of: application.id.text)) == nil { found.insert(application.id) }
        }
        return found
    }
}

/// An access token belongs to a grant, a resource, and for a service account the subject.
package struct TokenKey: Sendable, Hashable, CustomStringConvertible {
    package let grant: GrantID
    package let resource: TokenResource
    /// The login, where one token opens one mailbox (service account); nil otherwise.
    package let subject: String?

    package init(grant: GrantID, resource: TokenResource, subject: String? = nil) {
        self.grant = grant
        self.resource = resource
        self.subject = subject
    }

    package var description: String { "\(grant.text)/\(resource.rawValue)" + (subject.map { "/" + $0 } ?? "") }

    package var secretName: SecretName { SecretName(.accessToken, of: description) }
}

package struct Credentials: Sendable, Hashable {
    /// The edition at which the grant, its application, its provider or one of their secrets was last changed by a person.
    package let revision: Edition
    package let clientSecret: Sealed?
    /// Of the application's certificate or service account.
    package let privateKey: Sealed?
    package let refreshToken: Sealed?

    package init(revision: Edition, clientSecret: Sealed?, privateKey: Sealed? = nil, refreshToken: Sealed?) {
        self.revision = revision
        self.clientSecret = clientSecret
        self.privateKey = privateKey
        self.refreshToken = refreshToken
    }
}

package struct StoredToken: Sendable, Hashable {
    package let sealed: Sealed
    package let obtained: Date
    package let expires: Date
    /// The credentials it was had with; a token of another revision is not used.
    package let revision: Edition

    package init(sealed: Sealed, obtained: Date, expires: Date, revision: Edition) {
        self.sealed = sealed
        self.obtained = obtained
        self.expires = expires
        self.revision = revision
    }
}

package struct Renewal: Sendable, Hashable {
    package let key: TokenKey
    package let token: StoredToken
    /// Set when the provider rotated it.
    package let refreshToken: Sealed?
    package let lease: String
    package let holder: String
    package let observations: [Observation]

    package init(
        key: TokenKey, token: StoredToken, refreshToken: Sealed?, lease: String, holder: String, observations: [Observation] = []
    ) {
        self.key = key
        self.token = token
        self.refreshToken = refreshToken
        self.lease = lease
        self.holder = holder
        self.observations = observations
    }
}
