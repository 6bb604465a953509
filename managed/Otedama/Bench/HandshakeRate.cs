using System.Net;
using Otedama.Wire;

namespace Otedama;

/// <summary>Connections that are made, proved at both ends and closed, some at a time.</summary>
internal static class HandshakeRate
{
    /// <summary>Enough to keep two cores busy; a node lets 64 in at once.</summary>
    private const int AtOnce = 8;

    public static async Task<PeerBench.Measured[]> MeasureAsync(PeerBenchOptions options)
    {
        using BenchNode server = new();
        using BenchNode dialler = new();
        Silent silent = new();
        using LoopbackLinks links = new(server.Identity, silent, TimeProvider.System);
        await RunAsync(links, dialler.Identity, silent, options.Repeat / 2);
        PeerBench.Measured[] samples = new PeerBench.Measured[options.Repeats];
        for (int i = 0; i < samples.Length; i++)
        {
            samples[i] = await RunAsync(links, dialler.Identity, silent, options.Repeat);
        }
        return samples;
    }

    private static async Task<PeerBench.Measured> RunAsync(
        LoopbackLinks links, NodeIdentity dialler, Silent user, TimeSpan time)
    {
        PeerBench.Mark began = PeerBench.Mark.Now;
        int[] made = await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(_ => Task.Run(() => MakeAsync())));
        return began.Since(made.Sum());

        async Task<int> MakeAsync()
        {
            int count = 0;
            do
            {
                LoopbackLink link = await links.ConnectAsync(dialler, user);
                await link.CloseAsync();
                count++;
            }
            while (began.Since(count).Wall < time);
            return count;
        }
    }

    /// <summary>Says nothing over its links.</summary>
    private sealed class Silent : IPeerNetworkUser, IPeerLinkUser
    {
        public bool IsAllowed(IPAddress address) => true;

        public IPeerLinkUser OnLink(IPeerLink link, long number) => this;

        public void OnNoLink(IPEndPoint place, long number, PeerRefusal reason, string detail)
        {
        }

        public void Start()
        {
        }

        public void OnReceived(ReadOnlySpan<byte> bytes)
        {
        }

        public void OnSent()
        {
        }

        public void OnClosed()
        {
        }
    }
}
