using System.Diagnostics;
using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Benchmarks;

/// <summary>
/// Shares of a chain on a coin node of ours, Bitcoin regtest, of which one costs a few hashes and nothing is skipped. Each is
/// found by another node than the last one, when the last one has come through or is given up.
/// </summary>
internal sealed class LoadShares : IDisposable
{
    private static readonly TimeSpan s_between = TimeSpan.FromMilliseconds(100), s_givenUp = TimeSpan.FromSeconds(5);

    private readonly LoadCoin _coin = new(transactions: 0, EasyShares.CoinBits, Height);
    private readonly ShareChain _chain = new(Parameters);
    private ulong _number;

    private const int Height = 100;

    public static ChainParameters Parameters { get; } = ChainSets.For(ChainSets.Standard, CoinCatalogue.BitcoinRegtest);

    /// <summary>For a program that is to be on this coin.</summary>
    public IReadOnlyList<string> Settings
    {
        get
        {
            _ = Address.TryEncode(FreeShares.Payee(0).ToScript(), CoinCatalogue.BitcoinRegtest, out string address);
            return
            [
                "node.mode=external", $"node.urls=[{_coin.Uri}]", "node.coin=btc", "node.network=regtest", "node.user=load",
                "node.password=load", $"pool.address={address}", "mining.enabled=false",
            ];
        }
    }

    public void Dispose() => _coin.Dispose();

    /// <summary>
    /// Until the end of the time: ms from a share's sending by one to its arrival at each other, shares, and arrivals that did not
    /// happen.
    /// </summary>
    public async Task<(List<double> Ways, int Shares, int Lost)> PassAsync(List<LoadNode> nodes, CancellationToken stop)
    {
        List<double> ways = [];
        int shares = 0, lost = 0;
        while (!stop.IsCancellationRequested)
        {
            LoadNode finder = nodes[shares % nodes.Count];
            ChainShare share = Next();
            long began = Stopwatch.GetTimestamp();
            finder.Send(PeerMessage.Share, share.Bytes.Span);
            LoadNode[] others = [.. nodes.Where(node => node != finder)];
            while (Array.Exists(others, node => !node.Shares.ContainsKey(share.Id)) && Stopwatch.GetElapsedTime(began) < s_givenUp)
            {
                await Task.Delay(1);
            }
            foreach (LoadNode node in others)
            {
                if (node.Shares.TryGetValue(share.Id, out long at))
                {
                    ways.Add(Stopwatch.GetElapsedTime(began, at).TotalMilliseconds);
                }
                else
                {
                    lost++;
                }
            }
            shares++;
            await Task.Delay(s_between, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        return (ways, shares, lost);
    }

    private ChainShare Next()
    {
        ulong now = (ulong)TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        ChainShare share = EasyShares.Next(
            _chain, Parameters, FreeShares.Payee((int)(_number % 1_000)), now, _number, _coin.Tip, Height, EasyShares.CoinBits);
        _number++;
        return _chain.Add(share) is { } fault ? throw new InvalidOperationException(fault.ToString()) : share;
    }
}
