namespace Otedama.Core;

/// <summary>Proof-of-work algorithms; the numbers are those of otedama_algo.h and are persisted in share logs.</summary>
public enum Algorithm : uint
{
    None = 0,
    Sha256d = 1,
    Scrypt = 2,
    KawPow = 3,
    Verthash = 4,
    VerusHash = 5,
    Equihash = 6,

    /// <summary>The WebAssembly plugin the configuration names; one per chain, unknown to native code.</summary>
    Plugin = 128,
}
