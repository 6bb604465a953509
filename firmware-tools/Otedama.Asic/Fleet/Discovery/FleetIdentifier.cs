using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Otedama.Asic;

/// <summary>Who a device is and how it is read.</summary>
public sealed record FleetIdentity(FleetTarget Target, IFleetDriver Driver, FleetMatch Match);

/// <summary>
/// Asks a device who it is: its page and its cgminer port at once, then what their answers suggest. After the first
/// answer
/// that says something the others have 300 ms more, because other makers' firmware keeps the stock pages; the strongest
/// claim counts. At most 10 s in all.
/// </summary>
public sealed class FleetIdentifier(FleetDrivers drivers)
{
    private static readonly TimeSpan s_all = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_more = TimeSpan.FromMilliseconds(300);

    private readonly FleetTransport _transport = drivers.Transport;

    /// <summary>Null when nobody knows it; does not throw but when cancelled.</summary>
    public async Task<FleetIdentity?> IdentifyAsync(FleetTarget target, FleetSigns? known, CancellationToken cancel)
    {
        using CancellationTokenSource deadline = new(s_all, _transport.Clock);
        using CancellationTokenSource both = CancellationTokenSource.CreateLinkedTokenSource(cancel, deadline.Token);
        FleetSigns signs = known ?? new FleetSigns();
        Lock gate = new();
        // Nothing with a secret is sent to what has not been recognised.
        FleetTarget bare = target with { Credentials = null };
        List<Task> asked =
        [
            WebAsync(bare, change => Change(gate, ref signs, change), both.Token),
            ApiAsync(bare, change => Change(gate, ref signs, change), both.Token),
        ];
        while (asked.Count > 0)
        {
            Task first = await Task.WhenAny(asked);
            asked.Remove(first);
            if (asked.Count > 0 && drivers.Recognise(Seen(gate, ref signs)) is not null)
            {
                await Task.WhenAny(Task.WhenAll(asked), Task.Delay(s_more, _transport.Clock, CancellationToken.None));
                break;
            }
        }
        if (drivers.Recognise(Seen(gate, ref signs)) is not { Match.Weight: > 60 })
        {
            // A Whatsminer whose firmware speaks only version 3 shows little else.
            await V3Async(bare, change => Change(gate, ref signs, change), both.Token);
        }
        await both.CancelAsync();
        cancel.ThrowIfCancellationRequested();
        await Task.WhenAll(asked);
        return drivers.Recognise(Seen(gate, ref signs)) is { } found
            ? new FleetIdentity(target, found.Driver, found.Match) : null;
    }

    private static void Change(Lock gate, ref FleetSigns signs, Func<FleetSigns, FleetSigns> change)
    {
        lock (gate)
        {
            signs = change(signs);
        }
    }

    private static FleetSigns Seen(Lock gate, ref FleetSigns signs)
    {
        lock (gate)
        {
            return signs;
        }
    }

    private async Task WebAsync(
        FleetTarget target, Action<Func<FleetSigns, FleetSigns>> change, CancellationToken cancel)
    {
        try
        {
            WebReply page = await _transport.Http.SendAsync(target, WebRequest.Get("/"), cancel);
            string text = Encoding.UTF8.GetString(page.Body.AsSpan(0, Math.Min(page.Body.Length, 64 * 1024)));
            change(signs => signs with
            {
                WebStatus = page.Status,
                WebRealm = page.Realm,
                WebLocation = page.Location,
                WebText = text
            });
            if (page.Realm is not null || target.Address.AddressFamily != AddressFamily.InterNetwork)
            {
                return;
            }
            WebReply info = await _transport.Http.SendAsync(target, WebRequest.Get(AxeosDriver.InfoPath), cancel);
            if (info.IsGood && TolerantJson.Read(info.Body).Root is not null)
            {
                change(signs => signs with { SystemInfo = Encoding.UTF8.GetString(info.Body) });
            }
        }
        catch (Exception e) when (e is FleetException or OperationCanceledException)
        {
            // It has no page, or none in time.
        }
    }

    private async Task ApiAsync(
        FleetTarget target, Action<Func<FleetSigns, FleetSigns>> change, CancellationToken cancel)
    {
        try
        {
            CgminerReply version = await _transport.Cgminer.AskAsync(target, "version", null, cancel);
            change(signs => signs with { Version = version.Text });
            if (CgminerDriver.Vendor(version.Text) is null)
            {
                CgminerReply details = await _transport.Cgminer.AskAsync(target, "devdetails", null, cancel);
                change(signs => signs with { DevDetails = details.Text });
            }
        }
        catch (Exception e) when (e is FleetException or OperationCanceledException)
        {
            // It has no such port, or no answer in time.
        }
    }

    private async Task V3Async(
        FleetTarget target, Action<Func<FleetSigns, FleetSigns>> change, CancellationToken cancel)
    {
        try
        {
            byte[] reply = await _transport.Frames.AskAsync(
                new IPEndPoint(target.Address, target.Ports.WhatsminerV3),
                    WhatsminerV3.Frame(WhatsminerV3.Get("get.device.info", "miner")), cancel);
            if (TolerantJson.Read(reply).Root?.Member("code", "msg") is not null)
            {
                change(signs => signs with { WhatsminerV3 = SecretFilter.Clean(reply) });
            }
        }
        catch (Exception e) when (e is FleetException or OperationCanceledException)
        {
            // It has no such port.
        }
    }
}
