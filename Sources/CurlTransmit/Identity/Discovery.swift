internal import FoundationEssentials
package import Relay

/// What an authorisation server says of itself (RFC 8414 section 2, OpenID Connect Discovery 1.0 section 3).
package struct ProviderMetadata: Sendable, Hashable {
    package let server: AuthorizationServer
    package let tokenEndpoint: String
    package let scopes: [String]
}

package enum DiscoveryFailure: Error, Sendable, Hashable, CustomStringConvertible {
    case notAllowed(String)
    case notFound(tried: [String])
    case unusable(String)
    case otherIssuer(expected: String, found: String)

    package var description: String {
        switch self {
        case .notAllowed(let why): "the issuer may not be used: \(why)"
        case .notFound(let tried): "there is no discovery document: tried \(tried.joined(separator: ", "))"
        case .unusable(let why): "the discovery document cannot be used: \(why)"
        case .otherIssuer(let expected, let found):
            "the document names the issuer \(found), not \(expected): it is somebody else's, so nothing of it is used"
        }
    }
}

/// Asks an issuer where its endpoints are.
package struct Discovery: Sendable {
    private let perform: TokenClient.Perform

    package init(_ thread: CurlThread) { self.init { request throws(CurlFailure) in try await thread.perform(request) } }

    package init(perform: @escaping TokenClient.Perform) { self.perform = perform }

    package func metadata(of issuer: String, trusting certificates: String? = nil) async throws(DiscoveryFailure) -> ProviderMetadata {
        let places = Self.places(issuer)
        for place in places {
            let response: HTTPResponse
            do throws(CurlFailure) {
                response = try await perform(
                    HTTPRequest(.get, place, fields: [HTTPField("Accept", "application/json")], trustedCertificates: certificates))
            } catch {
                if case .notAllowed(let why) = error { throw .notAllowed(why) }
                throw .unusable("\(place): \(error)")
            }
            guard response.status == 200 else { continue }
            return try Self.read(response.body, issuer)
        }
        throw .notFound(tried: places)
    }

    /// OpenID Connect appends, RFC 8414 section 3.1 inserts before the path.
    static func places(_ issuer: String) -> [String] {
        let base = issuer.hasSuffix("/") ? String(issuer.dropLast()) : issuer
        var places = [base + "/.well-known/openid-configuration"]
        if let start = base.firstRange(of: "://")?.upperBound {
            let slash = base[start...].firstIndex(of: "/") ?? base.endIndex
            places.append(base[..<slash] + "/.well-known/oauth-authorization-server" + base[slash...])
        }
        return places
    }

    static func read(_ body: [UInt8], _ issuer: String) throws(DiscoveryFailure) -> ProviderMetadata {
        let fields: Fields
        do { fields = try JSONDecoder().decode(Fields.self, from: Data(body)) } catch {
            throw .unusable("issuer and token_endpoint are wanted, and every endpoint as text")
        }
        // RFC 8414 section 3.3: identical, to the last character.
        guard fields.issuer == issuer else { throw .otherIssuer(expected: issuer, found: IDToken.line(fields.issuer)) }
        for address in fields.addresses {
            do throws(EndpointError) { _ = try EndpointAddress(address) } catch { throw .unusable("\(IDToken.line(address)): \(error)") }
            do throws(CurlFailure) { _ = try AllowedURL(address) } catch { throw .unusable("\(IDToken.line(address)): \(error)") }
        }
        return ProviderMetadata(
            server: AuthorizationServer(
                issuer: issuer, authorizationEndpoint: fields.authorizationEndpoint, deviceEndpoint: fields.deviceEndpoint,
                revocationEndpoint: fields.revocationEndpoint, userinfoEndpoint: fields.userinfoEndpoint, keysEndpoint: fields.keysEndpoint,
                promisesIssuer: fields.promisesIssuer ?? false, wantsBasic: !fields.secretMethods.contains("client_secret_post"),
                identityScopes: (fields.scopes ?? []).filter(Self.identityScopes.contains).joined(separator: " ")),
            tokenEndpoint: fields.tokenEndpoint, scopes: fields.scopes ?? [])
    }

    /// Those that say who consented and let the consent last.
    private static let identityScopes: Set = ["openid", "email", "profile", "offline_access"]

    private struct Fields: Decodable {
        let issuer: String
        let tokenEndpoint: String
        let authorizationEndpoint: String?
        let deviceEndpoint: String?
        let revocationEndpoint: String?
        let userinfoEndpoint: String?
        let keysEndpoint: String?
        let promisesIssuer: Bool?
        let methods: [String]?
        let scopes: [String]?

        /// RFC 8414 section 2: left out, it is `client_secret_basic`.
        var secretMethods: [String] { methods ?? ["client_secret_basic"] }

        var addresses: [String] {
            [issuer, tokenEndpoint, authorizationEndpoint, deviceEndpoint, revocationEndpoint, userinfoEndpoint, keysEndpoint].compactMap(
                \.self)
        }

        private enum CodingKeys: String, CodingKey {
            case issuer
            case tokenEndpoint = "token_endpoint"
            case authorizationEndpoint = "authorization_endpoint"
            case deviceEndpoint = "device_authorization_endpoint"
            case revocationEndpoint = "revocation_endpoint"
            case userinfoEndpoint = "userinfo_endpoint"
            case keysEndpoint = "jwks_uri"
            case methods = "token_endpoint_auth_methods_supported"
            case promisesIssuer = "authorization_response_iss_parameter_supported"
            case scopes = "scopes_supported"
        }
    }
}
