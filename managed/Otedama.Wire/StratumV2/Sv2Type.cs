namespace Otedama.Wire;

/// <summary>
/// Every message this codec has: the extension in the high byte, msg_type in the low one. Extension 0 is the core, 1
/// the negotiation of extensions.
/// </summary>
public enum Sv2Type : ushort
{
    SetupConnection = 0x0000,
    SetupConnectionSuccess = 0x0001,
    SetupConnectionError = 0x0002,
    ChannelEndpointChanged = 0x0003,
    Reconnect = 0x0004,
    OpenStandardMiningChannel = 0x0010,
    OpenStandardMiningChannelSuccess = 0x0011,
    OpenMiningChannelError = 0x0012,
    OpenExtendedMiningChannel = 0x0013,
    OpenExtendedMiningChannelSuccess = 0x0014,
    NewMiningJob = 0x0015,
    UpdateChannel = 0x0016,
    UpdateChannelError = 0x0017,
    CloseChannel = 0x0018,
    SetExtranoncePrefix = 0x0019,
    SubmitSharesStandard = 0x001a,
    SubmitSharesExtended = 0x001b,
    SubmitSharesSuccess = 0x001c,
    SubmitSharesError = 0x001d,
    NewExtendedMiningJob = 0x001f,
    SetNewPrevHash = 0x0020,
    SetTarget = 0x0021,
    SetCustomMiningJob = 0x0022,
    SetCustomMiningJobSuccess = 0x0023,
    SetCustomMiningJobError = 0x0024,
    SetGroupChannel = 0x0025,
    AllocateMiningJobToken = 0x0050,
    CoinbaseOutputConstraints = 0x0070,
    RequestExtensions = 0x0100,
    RequestExtensionsSuccess = 0x0101,
    RequestExtensionsError = 0x0102,
}
