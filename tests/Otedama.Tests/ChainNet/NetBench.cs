using System.Diagnostics;
using System.Globalization;
using Otedama.Core;
using Otedama.Pool;
using Otedama.Tests.Ledgers;
using Otedama.Wire;
using Xunit;

namespace Otedama.Tests.ChainNet;

/// <summary>
/// Numbers for docs/benchmarks; run them with -class Otedama.Tests.ChainNet.NetBench -explicit only. They assert nothing
/// about speed.
/// </summary>
public sealed class NetBench(ITestOutputHelper output)
{
    /// <summary>One core; shares made here, with uncles, on the real rules. Cold: bytes to a chain that is ready to pay.</summary>
    [Theory(Explicit = true)]
    [InlineData(2_160)]
    [InlineData(20_160)]
    public void Synchronising_and_restarting(int window)
    {
        ChainNode other = new(window);
        other.GrowFast((2 * window) + 64, payees: 1_000);
        for (int round = 0; round < 5; round++)
        {
            ChainNode node = new(window, new CrashDisk(), other.Clock);
            HandPeer peer = new HandPeer(node, other.Desk.Tip).Join();
            node.Step();
            (uint correlation, List<byte[]> frames) = peer.AnswerOf(other);
            TimeSpan began = Cpu();
            frames.ForEach(frame => peer.Say(PeerMessage.Chain, frame, correlation));
            TimeSpan received = Cpu();
            node.Step();
            TimeSpan joined = Cpu();
            Assert.Equal(other.Desk.Tip, node.Desk.Tip);
            int shares = node.Desk.Look(static chain => chain.Count);
            Say(string.Create(CultureInfo.InvariantCulture, $"N {window}: {shares} shares, {frames.Sum(static frame => frame.Length) / 1e6:f2} MB: received and checked alone {(received - began).TotalSeconds:f2} s ({shares / (received - began).TotalSeconds:n0}/s), joined {(joined - received).TotalSeconds:f2} s ({shares / (joined - received).TotalSeconds:n0}/s)"));
        }
        CrashDisk disk = new();
        ChainNode kept = new(window, disk, other.Clock);
        kept.Desk.TakeHistory(other.Desk.Look(static chain => chain.History(chain.TipId).Reverse().OrderBy(static share => share.Core.Height).ToArray()), 1, default);
        kept.Desk.Dispose();
        for (int round = 0; round < 5; round++)
        {
            TimeSpan began = Cpu();
            ChainNode again = new(window, disk, other.Clock);
            again.Desk.Look(static chain => chain.SplitFor(2, FreeShares.CoinValue, default));
            Say(string.Create(CultureInfo.InvariantCulture, $"N {window}: restart to the first split {(Cpu() - began).TotalSeconds:f2} s"));
            Assert.Equal(other.Desk.Tip, again.Desk.Tip);
            again.Desk.Dispose();
        }
    }

    private static TimeSpan Cpu() => Process.GetCurrentProcess().TotalProcessorTime;

    private void Say(string line) => output.WriteLine(line);
}
