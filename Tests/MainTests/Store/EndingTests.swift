import Foundation
import Mail
import Relay
import Testing
@testable import Main

struct EndingTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let error: any Error
        let status: Main.ExitStatus
        init(_ description: String, _ error: any Error, _ status: Main.ExitStatus) {
            (testDescription, self.error, self.status) = (description, error, status)
        }
    }

    private struct Unknown: Error { let secret = "hunter2" }

    static let cases = [
        Case("busy", StoreFailure.busy, .temporary), Case("full", StoreFailure.full, .temporary),
        Case("claim lost", StoreFailure.claimLost, .temporary),
        Case("edition moved", StoreFailure.editionMoved(now: Edition(3)), .temporary),
        Case("not found", StoreFailure.notFound("message x"), .data), Case("conflict", StoreFailure.conflict("x is used"), .data),
        Case("wrong key", StoreFailure.wrongKey, .configuration), Case("damaged", StoreFailure.damaged("x"), .unavailable),
        Case("unavailable", StoreFailure.unavailable("x"), .unavailable),
        Case("bad key", VaultError.badKey(length: 3), .configuration), Case("other key", VaultError.otherKey("k"), .configuration),
        Case("does not open", VaultError.doesNotOpen(SecretName(.clientSecret, of: "a")), .unavailable),
        Case("cannot seal", VaultError.cannotSeal, .fault),
        Case("token for now", TokenFailure.temporary("x", retryAfter: nil), .temporary),
        Case("token's grant", TokenFailure.grant(error: "invalid_grant", detail: ""), .configuration),
        Case("token's application", TokenFailure.application(error: "invalid_client", detail: ""), .configuration),
        Case("token missing", TokenFailure.missing("x"), .configuration),
        Case("transmit", TransmitFailure(stage: .connect, cause: .noTLS), .unavailable),
        Case("cancelled", CancellationError(), .temporary), Case("unknown", Unknown(), .fault),
        Case("ours", CommandFailure(.noInput, "x"), .noInput),
    ]

    @Test(arguments: cases) func everyErrorHasAStatusAndASentence(_ example: Case) {
        let ending = Ending(example.error)
        #expect(ending.status == example.status)
        #expect(!ending.sentence.isEmpty && !ending.sentence.contains("\n"))
        #expect(!ending.sentence.contains("hunter2"))
    }

    @Test(arguments: [
        (RefusalCode.noRoute, Main.ExitStatus.configuration), (.denied, .notPermitted), (.clientNotPermitted, .notPermitted),
        (.currentUserMissing, .data), (.unknownUser, .unknownUser), (.userWithoutAddress, .data), (.authorMissing, .data),
        (.noFallback, .configuration), (.unaligned, .configuration), (.signatureBreaks, .data),
    ])
    func everyRefusalHasItsStatus(_ code: RefusalCode, _ status: Main.ExitStatus) {
        #expect(Ending(Refusal(code, "no", explanation: Explanation())).status == status)
        #expect(Ending(Refusal(code, "no", .byTime, explanation: Explanation())).status == .temporary)
    }

    @Test func aBadAddressIsBadData() {
        let error = #expect(throws: AddressError.self) { try EmailAddress("ann") }
        #expect(error.map { Ending($0).status } == .data)
    }
}
