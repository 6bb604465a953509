using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Xunit;

namespace Otedama.Tests.Asic;

/// <summary>The AxeOS bench behaves as ESP-Miner's server does, judged by a plain HTTP client.</summary>
public sealed class FleetAxeosBenchTests : IAsyncDisposable
{
    private readonly HeldClock _time = new();
    private readonly AxeosServer _server;
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false });

    public FleetAxeosBenchTests()
    {
        _server = new AxeosServer(new AxeosDevice(_time));
        _http.BaseAddress = new Uri($"http://127.0.0.1:{_server.Port}/");
    }

    private AxeosDevice Device => _server.Device;

    public ValueTask DisposeAsync()
    {
        _http.Dispose();
        return _server.DisposeAsync();
    }

    [Fact]
    public async Task An_image_goes_to_the_other_slot_and_is_what_runs_after_the_restart()
    {
        using HttpResponseMessage reply = await UploadAsync("OTA", AxeosImage.Make("v2.15.0", 200_000));
        Assert.Equal(HttpStatusCode.OK, reply.StatusCode);
        Assert.False(Device.IsUp);
        _time.Advance(4);
        JsonElement info = await InfoAsync();
        Assert.Equal("v2.15.0", info.GetProperty("version").GetString());
        Assert.Equal("ota_1", info.GetProperty("runningPartition").GetString());
        Assert.Equal("*****", info.GetProperty("stratumPassword").GetString());
    }

    [Fact]
    public async Task A_broken_image_is_refused_and_the_old_one_runs_on()
    {
        byte[] image = AxeosImage.Make("v2.15.0", 10_000);
        image[300] ^= 1;
        using HttpResponseMessage reply = await UploadAsync("OTA", image);
        Assert.Equal(HttpStatusCode.InternalServerError, reply.StatusCode);
        Assert.Equal("v2.14.2", (await InfoAsync()).GetProperty("version").GetString());
    }

    [Fact]
    public async Task A_reset_at_the_end_loses_the_reply_and_not_the_update()
    {
        Device.Faults.ResetAtPercent = 100;
        await Assert.ThrowsAsync<HttpRequestException>(() => UploadAsync("OTA", AxeosImage.Make("v2.15.0", 10_000)));
        await Patience.UntilAsync(() => Device.Restarts == 1);
        _time.Advance(4);
        Assert.Equal("v2.15.0", (await InfoAsync()).GetProperty("version").GetString());
    }

    [Fact]
    public async Task A_stalled_upload_blocks_the_server_until_it_is_closed()
    {
        Device.Faults.StallAtPercent = 60;
        using CancellationTokenSource give = new();
        Task<HttpResponseMessage> upload = UploadAsync("OTA", AxeosImage.Make("v2.15.0", 300_000), give.Token);
        await Patience.UntilAsync(() => Device.Hangs);
        await give.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => upload);
        await Patience.UntilAsync(() => !Device.Hangs);
        Assert.Equal("ota_0", (await InfoAsync()).GetProperty("runningPartition").GetString());
    }

    [Fact]
    public async Task Boot_goes_back_and_the_settings_survive()
    {
        using (HttpResponseMessage taken = await UploadAsync("OTA", AxeosImage.Make("v2.15.0", 10_000)))
        {
            _time.Advance(4);
        }
        using StringContent body = new("""{"partition":"ota_0"}""", Encoding.UTF8, "application/json");
        using HttpResponseMessage reply = await _http.PostAsync("api/system/boot", body);
        Assert.Equal(HttpStatusCode.OK, reply.StatusCode);
        _time.Advance(4);
        JsonElement info = await InfoAsync();
        Assert.Equal("v2.14.2", info.GetProperty("version").GetString());
        Assert.Equal("w.1", info.GetProperty("stratumUser").GetString());
    }

    private async Task<HttpResponseMessage> UploadAsync(string what, byte[] image, CancellationToken cancel = default)
    {
        using ByteArrayContent content = new(image);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        return await _http.PostAsync($"api/system/{what}", content, cancel);
    }

    private async Task<JsonElement> InfoAsync() =>
        JsonElement.Parse(await _http.GetStringAsync("api/system/info"));
}
