using System.Net;
using System.Net.Sockets;
using Otedama.Asic;

namespace Otedama;

/// <summary>A device that was found, and who speaks to it.</summary>
internal sealed record FoundDevice(FleetTarget Target, IFleetDriver Driver, FleetReading Reading);

/// <summary>
/// Looks for devices at addresses that an operator listed: who listens on a port of a miner is read by each driver in turn,
/// the most particular first; the first that understands it has it.
/// </summary>
internal sealed class FleetFinder(FleetKit kit, IReadOnlyDictionary<string, FleetCredentials> credentials, TimeProvider clock)
{
    private const int ConnectionsMax = 256;

    private static readonly TimeSpan s_connect = TimeSpan.FromSeconds(1);

    /// <summary>Calls found for each device; returns how many addresses were asked.</summary>
    public async Task<int> ScanAsync(IEnumerable<IPNetwork> ranges, Func<IPAddress, bool> isWanted, Action<FoundDevice> found, CancellationToken cancel)
    {
        int asked = 0;
        ParallelOptions options = new() { MaxDegreeOfParallelism = ConnectionsMax, CancellationToken = cancel };
        await Parallel.ForEachAsync(ranges.SelectMany(AddressesOf).Where(isWanted), options, async (address, stop) =>
        {
            Interlocked.Increment(ref asked);
            FleetTarget target = new(address);
            bool[] open = await Task.WhenAll(
                IsOpenAsync(address, target.Ports.Web, stop), IsOpenAsync(address, target.Ports.Api, stop), IsOpenAsync(address, target.Ports.WhatsminerV3, stop));
            if (open.Contains(true) && await IdentifyAsync(target, stop) is { } device)
            {
                lock (found)
                {
                    found(device);
                }
            }
        });
        return asked;
    }

    /// <summary>Null when no driver understands it.</summary>
    public async Task<FoundDevice?> IdentifyAsync(FleetTarget target, CancellationToken cancel)
    {
        foreach (IFleetDriver driver in kit.Drivers)
        {
            FleetTarget own = target.Credentials is null && credentials.TryGetValue(driver.Name, out FleetCredentials? its)
                ? target with { Credentials = its }
                : target;
            try
            {
                FleetReading reading = await driver.ReadAsync(own, cancel);
                return new FoundDevice(own, driver, reading);
            }
            catch (FleetException)
            {
                // The next driver may understand it.
            }
        }
        return null;
    }

    /// <summary>Without the first and the last address of an IPv4 network, which are nobody's.</summary>
    private static IEnumerable<IPAddress> AddressesOf(IPNetwork range)
    {
        byte[] bytes = range.BaseAddress.GetAddressBytes();
        long size = 1L << ((bytes.Length * 8) - range.PrefixLength);
        bool hasEdges = bytes.Length == 4 && size > 2;
        for (long i = hasEdges ? 1 : 0; i < size - (hasEdges ? 1 : 0); i++)
        {
            byte[] one = [.. bytes];
            long carry = i;
            for (int at = one.Length - 1; at >= 0 && carry > 0; at--)
            {
                carry += one[at];
                one[at] = (byte)carry;
                carry >>= 8;
            }
            yield return new IPAddress(one);
        }
    }

    private async Task<bool> IsOpenAsync(IPAddress address, int port, CancellationToken cancel)
    {
        using Socket socket = new(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        using CancellationTokenSource timeout = new(s_connect, clock);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancel);
        try
        {
            await socket.ConnectAsync(new IPEndPoint(address, port), either.Token);
            return true;
        }
        catch (Exception e) when (e is SocketException || (e is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            return false;
        }
    }
}
