using System.Diagnostics;
using System.Globalization;
using Otedama.Asic;
using Otedama.Tests.Asic;

namespace Otedama.Benchmarks;

/// <summary>
/// chips-device FAMILY CHIPS: a simulated chain behind a pseudo terminal in a process of its own, so that what it costs is not the
/// driver's. Prints the terminal's path, and when its input ends what it saw, a line each: "nonce TIMESTAMP NONCE" when a nonce's
/// last byte was given to the terminal, "job TIMESTAMP WORD" when a whole job was there (WORD: four bytes of its previous hash).
/// Timestamps are Stopwatch's, which all processes of a machine share.
/// </summary>
internal sealed class StampedChain(SimulatedChain chain) : ISimulatedDevice
{
    /// <summary>Zero bits that are enough for the simulated chips: some hundred hashes.</summary>
    public const int ZeroBits = 8;

    /// <summary>Where the previous hash begins in a job with the whole header.</summary>
    private const int PreviousAt = 50;

    private readonly ReplyReader _replies = new(ReplyReader.LongLength);
    private readonly List<byte> _heard = [];
    private readonly List<string> _seen = [];

    public static async Task<int> RunAsync(string family, string chips)
    {
        SimulatedChain chain = new(ChipFamilies.ByName(family)!, int.Parse(chips, CultureInfo.InvariantCulture), TimeProvider.System)
        {
            RelaxedZeroBits = ZeroBits,
        };
        StampedChain device = new(chain);
        using (Pty pty = new(device))
        {
            Console.Out.WriteLine(pty.Path);
            await Console.In.ReadToEndAsync();
        }
        device._seen.ForEach(Console.Out.WriteLine);
        return 0;
    }

    public void Receive(ReadOnlySpan<byte> bytes, int rate)
    {
        chain.Receive(bytes, rate);
        _heard.AddRange(bytes);
        while (NextJob() is int at)
        {
            Say("job", Convert.ToHexStringLower([.. _heard.GetRange(at + PreviousAt, 4)]));
            _heard.RemoveRange(0, at + JobFrame.FullLength);
        }
    }

    public int Take(Span<byte> into, int rate)
    {
        int count = chain.Take(into, rate);
        if (count > 0)
        {
            into[..count].CopyTo(_replies.Room());
            _replies.Added(count);
            while (_replies.TryRead(out ChipReply reply))
            {
                if (reply.IsNonce)
                {
                    Say("nonce", reply.Nonce.ToString("x8", CultureInfo.InvariantCulture));
                }
            }
        }
        return count;
    }

    private void Say(string what, string which) => _seen.Add(FormattableString.Invariant($"{what} {Stopwatch.GetTimestamp()} {which}"));

    /// <summary>Where a whole job begins; what cannot be the beginning of one is forgotten.</summary>
    private int? NextJob()
    {
        for (int at = 0; at + 2 < _heard.Count; at++)
        {
            if (_heard[at] == 0x55 && _heard[at + 1] == 0xaa && _heard[at + 2] == JobFrame.Header)
            {
                return at + JobFrame.FullLength <= _heard.Count ? at : null;
            }
        }
        _heard.RemoveRange(0, Math.Max(0, _heard.Count - 2));
        return null;
    }
}
