using Otedama.Asic;
using Otedama.Core;

namespace Otedama.Tests.Asic;

/// <summary>A source of jobs that counts in the merkle root, or gives the same few headers for ever.</summary>
internal sealed class BenchWork(params ChipJob[] fixedJobs) : IChipWork
{
    private int _given;

    public static Target Easy { get; } = new(Hash256.FromDisplay("00ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff").ToNumber());

    public long Generation { get; set; }

    public bool IsIdle { get; set; }

    public uint VersionMask { get; set; } = 0x1fffe000;

    public Target ShareTarget { get; set; } = Easy;

    public List<ChipNonce> Nonces { get; } = [];

    public int Given => _given;

    public ChipJob? Next()
    {
        if (IsIdle)
        {
            return null;
        }
        int number = _given++;
        if (fixedJobs.Length > 0)
        {
            return fixedJobs[number % fixedJobs.Length] with { Generation = Generation };
        }
        byte[] root = new byte[32];
        BitConverter.TryWriteBytes(root, number);
        return new ChipJob
        {
            Version = 0x20000000,
            VersionMask = VersionMask,
            PreviousHash = Hash256.Zero,
            MerkleRoot = new Hash256(root),
            Time = 1_700_000_000,
            Bits = 0x1d00ffff,
            ShareTarget = ShareTarget,
            Generation = Generation,
            Tag = number,
        };
    }

    /// <summary>Called with each nonce, before it is put into the list.</summary>
    public Action? OnFound { get; set; }

    public void Found(in ChipNonce nonce)
    {
        OnFound?.Invoke();
        Nonces.Add(nonce);
    }

    /// <summary>A job out of a solved header: mask as given, its bits cleared.</summary>
    public static ChipJob JobOf(ReadOnlySpan<byte> header, uint mask, Target? share = null)
    {
        BlockHeader parsed = BlockHeader.Parse(header);
        return new ChipJob
        {
            Version = parsed.Version & ~mask,
            VersionMask = mask,
            PreviousHash = parsed.PreviousHash,
            MerkleRoot = parsed.MerkleRoot,
            Time = parsed.Time,
            Bits = parsed.Bits,
            ShareTarget = share ?? Target.FromDifficulty(1, Target.BitcoinOne),
            Generation = 0,
        };
    }
}
