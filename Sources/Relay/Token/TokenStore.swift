package import struct FoundationEssentials.Date

/// Keeps tokens and leases, sealed, so that every process of a store renews a token once for all.
package protocol TokenStore: Sendable {
    /// What a grant asks with, all of one moment: where it leads, its sealed secrets and their revision; nil when the grant is gone.
    func credentials(of grant: GrantID) async throws(StoreFailure) -> Credentials?
    func token(_ key: TokenKey) async throws(StoreFailure) -> StoredToken?
    /// Takes a lease, or returns false while someone else's has not run out.
    func takeLease(_ name: String, holder: String, at now: Date, until: Date) async throws(StoreFailure) -> Bool
    func dropLease(_ name: String, holder: String) async throws(StoreFailure)
    /// Keeps what a renewal brought, the rotated refresh token included, and gives its lease back, in one commit.
    func keep(_ renewal: Renewal) async throws(StoreFailure) -> RenewalEnd
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
    package let source: GrantSource
    /// The edition at which a person last changed something that voids tokens, in the grant, its application, its provider or one of their secrets.
    package let revision: Edition
    package let clientSecret: Sealed?
    /// Of the application's certificate or service account.
    package let privateKey: Sealed?
    package let refreshToken: Sealed?

    package init(source: GrantSource, revision: Edition, clientSecret: Sealed?, privateKey: Sealed? = nil, refreshToken: Sealed?) {
        self.source = source
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
    /// The refresh token that the provider gave in place of the one it was asked with.
    package struct Rotation: Sendable, Hashable {
        package let from: Sealed
        package let to: Sealed

        package init(from: Sealed, to: Sealed) {
            self.from = from
            self.to = to
        }
    }

    package let key: TokenKey
    package let token: StoredToken
    package let rotation: Rotation?
    package let lease: String
    package let holder: String
    package let observations: [Observation]

    package init(
        key: TokenKey, token: StoredToken, rotation: Rotation? = nil, lease: String, holder: String, observations: [Observation] = []
    ) {
        self.key = key
        self.token = token
        self.rotation = rotation
        self.lease = lease
        self.holder = holder
        self.observations = observations
    }
}

/// What became of what a renewal brought.
package enum RenewalEnd: Sendable, Hashable {
    case kept
    /// The lease or the credentials have moved, so the access token is not kept. A rotated refresh token is all the same: the one before ended with its use.
    case overtaken
    /// Nothing was kept: the refresh token that was asked with is not the one that is stored, or is not sealed as it was.
    case otherRefreshToken
}
