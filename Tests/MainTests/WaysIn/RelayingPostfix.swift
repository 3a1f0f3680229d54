import TestSupport

@testable import Main

/// A real Postfix that hands everything to us, as a company's mail server does: signed in with a client's name and key.
struct RelayingPostfix {
    let port: Int
    private let instance: PostfixInstance

    init(folder: String, to house: ServedHouse) async throws {
        port = try FreePorts.take()
        let own = """
            myhostname = pf.fabrikam.example
            myorigin = fabrikam.example
            mynetworks = 127.0.0.0/8
            smtpd_relay_restrictions = permit_mynetworks, reject
            relayhost = [127.0.0.1]:\(house.port)
            smtp_sasl_auth_enable = yes
            smtp_sasl_password_maps = inline:{[127.0.0.1]:\(house.port)=app:\(house.key)}
            smtp_sasl_security_options = noanonymous
            smtp_tls_security_level = none
            """
        instance = try await PostfixInstance(folder: folder, doors: ["127.0.0.1:\(port) inet n - n - - smtpd"], own: own)
        try await instance.start()
    }

    func stop() async throws { try await instance.stop() }
}
