namespace Otedama.Core;

/// <summary>
/// Chains that share a header layout, a coinbase form and a place for the proof. One folder of code each; whoever needs what
/// a family does differently asks it, or the recipes it makes.
/// </summary>
public abstract class HeaderFamily
{
    private protected HeaderFamily(string name) => Name = name;

    /// <summary>80-byte header; the nonce is the whole proof. SHA-256d, scrypt and Verthash coins.</summary>
    public static HeaderFamily Bitcoin { get; } = new BitcoinFamily();

    /// <summary>Height in the hashed header, 64-bit nonce and mix after it.</summary>
    public static HeaderFamily KawPow { get; } = new KawPowFamily();

    /// <summary>140-byte header with a 32-byte nonce, Equihash solution after it.</summary>
    public static HeaderFamily Zcash { get; } = new ZcashFamily();

    /// <summary>The Zcash layout with a solution that doubles as a template.</summary>
    public static HeaderFamily Verus { get; } = new VerusFamily();

    /// <summary>The Zcash layout, with the height in the header, over a block of Bitcoin's.</summary>
    public static HeaderFamily Gold { get; } = new GoldFamily();

    public static IReadOnlyList<HeaderFamily> All { get; } = [Bitcoin, KawPow, Zcash, Verus, Gold];

    /// <summary>As the coins' files call it, in either case.</summary>
    public string Name { get; }

    /// <summary>Header version of the blocks the embedded chain offers.</summary>
    public virtual uint BlockVersion => 0x2000_0000;

    /// <summary>Bytes of the longest header that is mined.</summary>
    public virtual int HeaderBytesMax => BlockHeader.Size;

    /// <summary>Bytes of proof that come with a submit beside the nonce; equihash: the coin's rule, if it has one.</summary>
    public virtual int ProofLength(EquihashRule? equihash) => 0;

    /// <summary>Whether nodes offer a finished coinbase (coinbasetxn) that the block has to be made of.</summary>
    public virtual bool TakesNodeCoinbase => false;

    /// <summary>
    /// Whether coinbase and time of such a node are taken as they are, because the solution commits to both. Whom the coinbase
    /// pays is then asked for with the template.
    /// </summary>
    public virtual bool KeepsNodeCoinbase => false;

    /// <summary>Whether a template brings the solution that miners begin with.</summary>
    public virtual bool NeedsSolution => false;

    /// <summary>The remote procedure that takes a block.</summary>
    public virtual string SubmitMethod => "submitblock";

    /// <summary>Whether only the proof of work says what a block's id is (see WithProofHash).</summary>
    public virtual bool IsNamedByProof => false;

    /// <summary>Fields of the embedded chain's templates beside those of Bitcoin Core: name and text.</summary>
    public virtual IReadOnlyList<(string Name, string Text)> TemplateFields(Hash256 genesis) => [];

    /// <summary>These fields with a proof of zeros, as a genesis block has it.</summary>
    public virtual BlockHeader Unproven(BlockHeader fields) => fields;

    /// <summary>Why the embedded chain takes no block with these fields; null when nothing speaks against them.</summary>
    public virtual string? Refuses(BlockHeader fields) =>
        fields.Version >= 4 && (fields.Version & 0x8000_0000) == 0 ? null : $"bad-version(0x{fields.Version:x8})";

    /// <summary>The header with the hash its id is, where IsNamedByProof.</summary>
    public virtual BlockHeader WithProofHash(BlockHeader header, Hash256 hash) => header;

    public override string ToString() => Name;

    /// <summary>Throws FormatException.</summary>
    internal abstract BlockHeader ReadHeader(ref ByteReader reader);

    /// <summary>A pool's recipe for this request; time: of the header to begin with, seconds since 1970.</summary>
    internal abstract HeaderRecipe Recipe(JobRequest request, uint time);

    /// <summary>For one validator; extranonceLength: bytes that the coinbases of the Bitcoin family have room for.</summary>
    internal abstract ShareForm Shares(IMerkleRoots roots, int extranonceLength);

    private protected static BlockHeader ReadFields(ref ByteReader reader) =>
        new(reader.UInt32(), reader.Hash(), reader.Hash(), reader.UInt32(), reader.UInt32(), reader.UInt32());
}
