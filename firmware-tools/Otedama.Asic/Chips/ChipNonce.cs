using System.Globalization;
using Otedama.Core;

namespace Otedama.Asic;

/// <summary>What a chip found, recomputed.</summary>
/// <param name="Job">The job it belongs to, with its tag.</param>
/// <param name="Nonce">The header's nonce as a number (its bytes in the header are the little-endian form).</param>
/// <param name="Version">The whole version the header was hashed with.</param>
/// <param name="Hash">Double SHA-256 of the header.</param>
/// <param name="Difficulty">Of the hash, in Bitcoin's difficulty.</param>
/// <param name="Chip">Place in the chain from 0; -1 where the nonce does not tell.</param>
/// <param name="Core">Core in the chip, 0-127.</param>
/// <param name="ReceivedAt">TimeProvider timestamp at which its last byte was read.</param>
public readonly record struct ChipNonce(
    ChipJob Job, uint Nonce, uint Version, Hash256 Hash, double Difficulty, int Chip, int Core, long ReceivedAt)
{
    /// <summary>Version bits as BIP 310 submits them: the version inside the mask.</summary>
    public uint VersionBits => Version & Job.VersionMask;

    /// <summary>The nonce as Stratum submits it: eight hex digits of the number.</summary>
    public string StratumNonce => Nonce.ToString("x8", CultureInfo.InvariantCulture);
}
