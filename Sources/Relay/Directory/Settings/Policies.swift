internal import Mail

/// What the settings come to, with what holds where nothing is set. A class, because a directory is copied for every message: nothing in it ever changes.
final class Policies: Sendable {
    /// What a purpose may have of its own.
    struct OfPurpose: Sendable {
        let mode: Mode
        let reply: ReplyPolicy
        let fallback: Fallback
        let carrier: SenderText?

        fileprivate init(_ purpose: Purpose?, _ text: (SettingKey) -> String?) {
            /// The purpose's own value, else the one for all.
            func own(_ name: SettingKey.Name) -> String? { purpose.flatMap { text(SettingKey(name, for: $0)) } ?? text(SettingKey(name)) }
            mode = own(.mode).flatMap(Mode.init) ?? .from
            reply = own(.reply).flatMap(ReplyPolicy.init) ?? .author
            fallback = own(.fallback).flatMap(Fallback.init) ?? .replyTo
            carrier = own(.carrier).map(SenderText.init)
        }
    }

    static let usual = Policies { _ in nil }

    private let ofNone: OfPurpose
    private let ofNotifications: OfPurpose
    private let ofAdHoc: OfPurpose
    private let ofAdministrator: OfPurpose
    private let fromUser: SenderText?
    private let adHoc: SenderText?
    private let administrator: SenderText?
    let intake: EmailAddress?
    let template: PhraseTemplate
    let organisation: String?
    let signatures: SignaturePolicy
    /// Off unless asked for: `X-Original-From` discloses an address, and the journal has it anyway.
    let keepsOriginalFrom: Bool
    let envelope: EnvelopePolicy

    init(_ text: (SettingKey) -> String?) {
        ofNone = OfPurpose(nil, text)
        ofNotifications = OfPurpose(.notification, text)
        ofAdHoc = OfPurpose(.adHoc, text)
        ofAdministrator = OfPurpose(.administrator, text)
        fromUser = text(SettingKey(.emailFromUserID)).map(SenderText.init)
        adHoc = text(SettingKey(.adHocEmailFromAddress)).map(SenderText.init)
        administrator = text(SettingKey(.emailAdministratorUserID)).map(SenderText.init)
        intake = text(SettingKey(.intake)).flatMap { try? EmailAddress($0) }  // checked when it was set
        template = PhraseTemplate(text(SettingKey(.template)) ?? PhraseTemplate.usual)
        organisation = text(SettingKey(.organisation))
        signatures = text(SettingKey(.signatures)).flatMap(SignaturePolicy.init) ?? .strip
        keepsOriginalFrom = text(SettingKey(.originalFrom)) == "on"
        envelope = text(SettingKey(.envelope)).flatMap(EnvelopePolicy.init) ?? .byRoute
    }

    subscript(purpose: Purpose?) -> OfPurpose {
        switch purpose {
        case nil: ofNone
        case .notification: ofNotifications
        case .adHoc: ofAdHoc
        case .administrator: ofAdministrator
        }
    }

    /// nil, too: it is none of the three that name an author.
    func sender(_ name: SettingKey.Name) -> SenderText? {
        switch name {
        case .emailFromUserID: fromUser
        case .adHocEmailFromAddress: adHoc
        case .emailAdministratorUserID: administrator
        case .mode, .carrier, .reply, .fallback, .intake, .template, .organisation, .signatures, .envelope, .originalFrom, .publicURL,
            .delivery:
            nil
        }
    }
}
