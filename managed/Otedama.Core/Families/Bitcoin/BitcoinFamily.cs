namespace Otedama.Core;

/// <summary>Coins whose miners see the coinbase and vary it by an extranonce.</summary>
internal sealed class BitcoinFamily() : HeaderFamily("bitcoin")
{
    internal override BlockHeader ReadHeader(ref ByteReader reader) => ReadFields(ref reader);

    internal override HeaderRecipe Recipe(JobRequest request, uint time)
    {
        CoinbaseText coinbase = JobBuilder.WriteCoinbase(request);
        return new BitcoinRecipe
        {
            Version = request.Template.Version,
            // A bit that is set already cannot roll: firmware that reports the difference to the job's version and firmware
            // that reports the bits themselves would mean two versions by the same number.
            VersionMask = request.VersionMask & ~request.Template.VersionRequired & ~request.Template.Version,
            PreviousHash = request.Template.PreviousHash,
            CoinbasePrefix = coinbase.Prefix,
            CoinbaseSuffix = coinbase.Suffix,
            Branches = request.Branches ?? JobBuilder.MerkleBranches(request.Template),
            Bits = request.Template.Bits,
            Time = time,
        };
    }

    internal override ShareForm Shares(IMerkleRoots roots, int extranonceLength) => new BitcoinShareForm(roots, extranonceLength);
}
