namespace Otedama.Wire;

/// <summary>What a frame says: its number on the wire. All other numbers below 0x8000 are errors.</summary>
public enum PeerMessage : ushort
{
    None = 0,
    Hello = 1,
    Bye = 2,
    Ping = 3,
    Pong = 4,
    GetAddr = 5,
    Addr = 6,
    Inv = 7,
    GetData = 8,
    NotFound = 9,
    Share = 16,
    ShareCompact = 17,
    GetShares = 18,
    Shares = 19,
    Tip = 20,
    GetChain = 21,
    Chain = 22,
    BlockAnn = 24,
    GetTxList = 25,
    TxList = 26,
    CoinTip = 27,
    Reject = 28,
    Coord = 32,
    DialBack = 33,
    DialBackResult = 34,
    CredChallenge = 48,
    CredPresent = 49,
    CredResult = 50,
}
