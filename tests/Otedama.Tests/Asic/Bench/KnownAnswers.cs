using Otedama.Core;

namespace Otedama.Tests.Asic;

/// <summary>Solved headers: a job for one of them is answered at once, without a search.</summary>
internal sealed class KnownAnswers
{
    private readonly Dictionary<string, List<(uint Version, byte[] Nonce)>> _full = [];
    private readonly Dictionary<string, List<byte[]>> _midstates = [];

    /// <summary>A whole header of 80 bytes, its nonce and rolled version bits included.</summary>
    public void Add(ReadOnlySpan<byte> header)
    {
        uint version = BitConverter.ToUInt32(header);
        byte[] nonce = header[76..80].ToArray();
        Put(_full, Key(header[4..76]), (version, nonce));
        AddMidstate(Sha256State.After(header[..64]), header[64..76], nonce);
    }

    public void Add(BlockHeader header) => Add(header.ToArray());

    /// <summary>A state after the first 64 bytes (eight words, most significant byte first), the twelve bytes behind them, and the nonce.</summary>
    public void AddMidstate(Hash256 state, ReadOnlySpan<byte> tail, ReadOnlySpan<byte> nonce) =>
        Put(_midstates, Key([.. state.ToArray(), .. tail]), nonce.ToArray());

    /// <summary>Answers to a header without version and nonce.</summary>
    internal IReadOnlyList<(uint Version, byte[] Nonce)> ForHeader(ReadOnlySpan<byte> withoutVersionAndNonce) =>
        _full.GetValueOrDefault(Key(withoutVersionAndNonce), []);

    internal IReadOnlyList<byte[]> ForMidstate(Hash256 state, ReadOnlySpan<byte> tail) =>
        _midstates.GetValueOrDefault(Key([.. state.ToArray(), .. tail]), []);

    private static void Put<T>(Dictionary<string, List<T>> table, string key, T answer)
    {
        if (!table.TryGetValue(key, out List<T>? answers))
        {
            table[key] = answers = [];
        }
        answers.Add(answer);
    }

    private static string Key(ReadOnlySpan<byte> bytes) => Convert.ToHexString(bytes);
}
