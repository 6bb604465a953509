using System.Diagnostics;
using System.Globalization;
using System.Net;
using Otedama.Core;
using Otedama.Pool;

namespace Otedama.Benchmarks;

/// <summary>
/// Miners that log in and then only take jobs, when they are told to look: another process, so that reading costs the pool
/// nothing while it is measured. idle-miners HOST:PORT MINERS ADDRESSES; says "ready", then for every line of its input how many
/// jobs have come since the last one.
/// </summary>
internal static class IdleMiners
{
    public static Process Start(IPEndPoint pool, int miners, int addresses) => Process.Start(new ProcessStartInfo(
        Environment.ProcessPath!,
        [
            typeof(IdleMiners).Assembly.Location, "idle-miners", pool.ToString(),
            miners.ToString(CultureInfo.InvariantCulture), addresses.ToString(CultureInfo.InvariantCulture),
        ])
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
    })!;

    public static async Task<int> RunAsync(string pool, string minersText, string addressesText)
    {
        int addresses = int.Parse(addressesText, CultureInfo.InvariantCulture);
        IPEndPoint endpoint = IPEndPoint.Parse(pool);
        LoadMiner[] miners = [.. Enumerable.Range(0, int.Parse(minersText, CultureInfo.InvariantCulture))
            .Select(i => new LoadMiner(endpoint, $"{AddressOf(i % addresses)}.{WorkerOf(i)}", outstanding: 0))];
        await Task.WhenAll(miners.Select(static miner => miner.LoginAsync(default)));
        Console.Out.WriteLine("ready");
        while (await Console.In.ReadLineAsync() is not null)
        {
            Console.Out.WriteLine(miners.Sum(static miner => miner.CountJobs()));
        }
        return 0;
    }

    /// <summary>
    /// Gives them accounts, as who had a share accepted before has one, and with it a coinbase of his address's own.
    /// </summary>
    public static void Intern(Ledger ledger, int miners, int addresses)
    {
        for (int i = 0; i < miners; i++)
        {
            int address = i % addresses;
            ledger.InternAccount(AddressOf(address), FreeShares.Payee(address).ToScript(), WorkerOf(i));
        }
    }

    private static string WorkerOf(int miner) => $"w{miner}";

    private static string AddressOf(int number)
    {
        _ = Address.TryEncode(FreeShares.Payee(number).ToScript(), CoinCatalogue.BitcoinRegtest, out string address);
        return address;
    }
}
