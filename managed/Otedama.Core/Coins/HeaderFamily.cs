namespace Otedama.Core;

/// <summary>Chains that share a header layout, a coinbase form and a place for the proof. One folder of code each.</summary>
public enum HeaderFamily
{
    /// <summary>80-byte header; the nonce is the whole proof. SHA-256d, scrypt and Verthash coins.</summary>
    Bitcoin,

    /// <summary>Height in the hashed header, 64-bit nonce and mix after it.</summary>
    KawPow,

    /// <summary>140-byte header with a 32-byte nonce, Equihash solution after it.</summary>
    Zcash,

    /// <summary>The Zcash layout with a solution that doubles as a template.</summary>
    Verus,
}
