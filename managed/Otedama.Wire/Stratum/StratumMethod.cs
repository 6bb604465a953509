namespace Otedama.Wire;

/// <summary>Every Stratum v1 method of the Bitcoin dialect, both directions.</summary>
public enum StratumMethod : byte
{
    /// <summary>The message has no method: it is a reply.</summary>
    None,
    Unknown,
    Submit,
    Subscribe,
    Authorize,
    Configure,
    ExtranonceSubscribe,
    SuggestDifficulty,
    SuggestTarget,
    MultiVersion,
    GetTransactions,
    GetVersion,
    ClientGetVersion,
    Capabilities,
    Ping,
    Pong,
    SetDifficulty,
    Notify,
    SetExtranonce,
    SetVersionMask,
    Reconnect,
    ShowMessage,
}
