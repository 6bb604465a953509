using System.Globalization;
using System.Text;

namespace Otedama.Tests.Asic;

/// <summary>An AxeosDevice behind HTTP on a port of 127.0.0.1, with the one server task of the real one.</summary>
internal sealed class AxeosServer : IAsyncDisposable
{
    private readonly BenchHttpServer _http;

    public AxeosServer(AxeosDevice device)
    {
        Device = device;
        _http = new BenchHttpServer(ServeAsync, oneTask: true) { IsUp = () => device.IsUp };
    }

    public AxeosDevice Device { get; }

    public int Port => _http.Port;

    public int Requests => _http.Requests;

    public int MostOpen => _http.MostOpen;

    public ValueTask DisposeAsync()
    {
        Device.Hangs = false;
        return _http.DisposeAsync();
    }

    private async Task ServeAsync(BenchExchange exchange)
    {
        AxeosFaults faults = Device.Faults;
        if (faults.RefusesAddress)
        {
            await exchange.ReplyAsync(401, "Unauthorized", "text/plain");
            return;
        }
        if (faults.MissingPaths.Contains(exchange.Path))
        {
            await exchange.ReplyAsync(404, "Nothing matches the given URI", "text/html");
            return;
        }
        const string System = "/api/system";
        string rest = exchange.Path.StartsWith(System, StringComparison.Ordinal) ? exchange.Path[System.Length..] : exchange.Path;
        switch (exchange.Method, rest)
        {
            case ("GET", "/"):
                await exchange.ReplyAsync(200, "<!doctype html><html><head><title>AxeOS</title></head><body></body></html>", "text/html");
                break;
            case ("GET", "/info"):
                await exchange.ReplyAsync(200, Device.Info());
                break;
            case ("GET", "/asic"):
                await exchange.ReplyAsync(200, Device.AsicInfo());
                break;
            case ("PATCH", ""):
                string? wrong = Device.Patch(Encoding.UTF8.GetString(await exchange.AllBodyAsync()));
                await exchange.ReplyAsync(wrong is null ? 200 : 400, wrong ?? """{"status":"ok","redirect":""}""");
                break;
            case ("PUT" or "DELETE", _) when rest.StartsWith("/pools/", StringComparison.Ordinal):
                int index = int.TryParse(rest["/pools/".Length..], NumberStyles.None, CultureInfo.InvariantCulture, out int parsed) ? parsed : -1;
                string? body = exchange.Method == "PUT" ? Encoding.UTF8.GetString(await exchange.AllBodyAsync()) : null;
                await exchange.ReplyAsync(Device.PutPool(index, body) ? 200 : 400, """{"status":"ok"}""");
                break;
            case ("POST", "/OTA"):
                await UpdateAsync(exchange);
                break;
            case ("POST", "/OTAWWW"):
                await UpdateWebAsync(exchange);
                break;
            case ("POST", _):
                (int status, string answer) = Device.Post(rest.TrimStart('/'), Encoding.UTF8.GetString(await exchange.AllBodyAsync()));
                await exchange.ReplyAsync(status, answer);
                break;
            default:
                await exchange.ReplyAsync(404, "Nothing matches the given URI", "text/html");
                break;
        }
    }

    private async Task UpdateAsync(BenchExchange exchange)
    {
        AxeosFaults faults = Device.Faults;
        if (faults.BeginAborts)
        {
            Device.Restart("Software reset due to exception/panic");
            exchange.Abort();
            return;
        }
        int length = exchange.ContentLength ?? 0;
        if (length > AxeosDevice.SlotSize)
        {
            await exchange.ReplyAsync(400, "File provided is too large for device", "text/plain");
            return;
        }
        Device.BeginWrite();
        List<byte> image = [];
        while (image.Count < length)
        {
            int percent = (int)(100L * image.Count / Math.Max(1, length));
            if (percent >= faults.StallAtPercent)
            {
                await HangAsync(exchange);
                return;
            }
            if (percent >= faults.ResetAtPercent || percent >= faults.RestartAtPercent)
            {
                if (faults.RestartAtPercent is not null)
                {
                    Device.Restart("Reset due to power glitch (brownout)");
                }
                exchange.Abort();
                return;
            }
            byte[] part = await exchange.BodyAsync(1000);
            if (part.Length == 0)
            {
                return; // the other side closed: an error for the handler, and the old slot boots
            }
            image.AddRange(part);
            if (faults.PerBlock > TimeSpan.Zero)
            {
                await Task.Delay(faults.PerBlock, exchange.End);
            }
        }
        if (Device.Activate([.. image]) is { } wrong)
        {
            await exchange.ReplyAsync(500, wrong, "text/plain");
            return;
        }
        if (faults.ResetAtPercent == 100)
        {
            exchange.Abort();
        }
        else
        {
            await exchange.ReplyAsync(200, "Firmware update complete, rebooting now!\n", "text/plain");
        }
        Device.Restart("Software reset via esp_restart");
    }

    private async Task UpdateWebAsync(BenchExchange exchange)
    {
        int length = exchange.ContentLength ?? 0;
        if (length > AxeosDevice.WebSize)
        {
            await exchange.ReplyAsync(400, "File provided is too large for device", "text/plain");
            return;
        }
        Device.WriteWeb(null); // the whole partition is erased first
        List<byte> content = [];
        while (content.Count < length)
        {
            if ((int)(100L * content.Count / Math.Max(1, length)) >= Device.Faults.WebBreaksAtPercent)
            {
                exchange.Abort();
                return;
            }
            byte[] part = await exchange.BodyAsync(1000);
            if (part.Length == 0)
            {
                return;
            }
            content.AddRange(part);
        }
        Device.WriteWeb([.. content]);
        await exchange.ReplyAsync(200, "WWW update complete\n", "text/plain");
    }

    /// <summary>
    /// Takes nothing that counts any more, with the only server task, until the other side closes or power is cut; what was
    /// under way is thrown away slowly, so that a close is seen.
    /// </summary>
    private async Task HangAsync(BenchExchange exchange)
    {
        Device.Hangs = true;
        while (Device.Hangs)
        {
            byte[] part = await exchange.RawAsync(64 * 1024, TimeSpan.FromMilliseconds(50));
            if (part.Length == 0 && exchange.Closed)
            {
                break;
            }
            await Task.Delay(20, exchange.End);
        }
        Device.Hangs = false;
    }
}
