using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.Json;
using Otedama.Asic;
using Otedama.Tests.App;
using Xunit;

namespace Otedama.Tests.Asic;

/// <summary>The verbs that judge and write firmware.</summary>
public sealed class AsicFlashCommandTests : IDisposable
{
    private const string Device = """{"ASICModel":"BM1370","boardVersion":"601","version":"v2.14.2","macAddr":"AA:BB:CC:DD:EE:FF","temp":61.5,"overheat_mode":0,"wifiRSSI":-48,"uptimeSeconds":86400,"freeHeap":8200000}""";

    private readonly TempFolder _folder = new();
    private readonly byte[] _image = EspFirmware.App("v2.15.0");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Check_says_whether_an_image_may_be_written()
    {
        string image = Bytes("esp-miner.bin", _image);
        string device = _folder.File("info.json", Device);
        CliResult stranger = await Cli.RunAsync(["asic", "check", image, "--device", device, "--json"]);
        Assert.Equal(ExitCode.BadAnswer, stranger.Code);
        using (JsonDocument answer = JsonDocument.Parse(stranger.Out))
        {
            Assert.False(answer.RootElement.GetProperty("may_be_written").GetBoolean());
            Assert.True(answer.RootElement.GetProperty("image_sound").GetBoolean());
            Assert.Equal(Enumerable.Range(1, 15), answer.RootElement.GetProperty("checks").EnumerateArray().Select(static check => check.GetProperty("rule").GetInt32()));
            Assert.Equal("unknown", answer.RootElement.GetProperty("checks")[1].GetProperty("outcome").GetString());
            Assert.Equal("nobody_stands_for_it", answer.RootElement.GetProperty("verdict").GetString());
            Assert.Equal("esp-app", answer.RootElement.GetProperty("image").GetProperty("kind").GetString());
        }
        CliResult typed = await Cli.RunAsync(["asic", "check", image, "--device", device, "--trust-hash", ImageInspector.HashOf(_image)]);
        Assert.True(typed.Code == ExitCode.Done, typed.Out);
        Assert.Contains("It may be written.", typed.Out, StringComparison.Ordinal);
        CliResult cut = await Cli.RunAsync(["asic", "check", Bytes("cut.bin", _image[..3_000]), "--device", device, "--trust-hash", ImageInspector.HashOf(_image.AsSpan(0, 3_000))]);
        Assert.Equal(ExitCode.BadAnswer, cut.Code);
        Assert.Contains("cut off", cut.Out, StringComparison.Ordinal);
        CliResult none = await Cli.RunAsync(["asic", "check", image, "--device", _folder.File("bad.json", "{")]);
        Assert.Equal(ExitCode.BadAnswer, none.Code);
        Assert.Contains("no JSON", none.Error, StringComparison.Ordinal);
        CliResult missing = await Cli.RunAsync(["asic", "check", Path.Combine(_folder.Path, "nothing.bin"), "--device", device]);
        Assert.Contains("cannot be read", missing.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_signed_catalogue_stands_for_an_image()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        string text = $$"""
            {"schema":1,"name":"ours","issued":"2026-07-01T00:00:00Z","entries":[{"family":"Bitaxe","boards":["601"],"chips":["BM1370"],
             "version":"v2.15.0","sha256":"{{ImageInspector.HashOf(_image)}}","size":{{_image.Length}},"kind":"app"}]}
            """;
        string catalogue = _folder.File("catalogue.json", text);
        File.WriteAllBytes(catalogue + ".sig", FlashCatalogue.Sign(File.ReadAllBytes(catalogue), key));
        string keys = $"asic.catalogue_keys={Convert.ToBase64String(key.ExportSubjectPublicKeyInfo())}";
        CliResult listed = await Cli.RunAsync(["asic", "catalogue", "--catalogue", catalogue, "--set", keys]);
        Assert.True(listed.Code == ExitCode.Done, listed.Error);
        Assert.Contains("the signature is good", listed.Out, StringComparison.Ordinal);
        string image = Bytes("esp-miner.bin", _image);
        CliResult good = await Cli.RunAsync(["asic", "check", image, "--device", _folder.File("info.json", Device), "--set", $"asic.catalogue={catalogue}", "--set", keys]);
        Assert.True(good.Code == ExitCode.Done, good.Out + good.Error);
        CliResult board = await Cli.RunAsync(
            ["asic", "check", image, "--device", _folder.File("other.json", Device.Replace("601", "402", StringComparison.Ordinal)), "--set", $"asic.catalogue={catalogue}", "--set", keys]);
        Assert.Equal(ExitCode.BadAnswer, board.Code);
        Assert.Contains("board 402", board.Out, StringComparison.Ordinal);
        File.AppendAllText(catalogue, " ");
        CliResult changed = await Cli.RunAsync(["asic", "catalogue", "--catalogue", catalogue, "--set", keys]);
        Assert.Contains("changed after it was signed", changed.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_device_on_the_network_is_looked_at_and_public_ones_are_not()
    {
        await using AxeosServer server = new(new AxeosDevice(TimeProvider.System));
        CliResult look = await Cli.RunAsync(
            ["asic", "flash", "--device", $"axeos:127.0.0.1:{server.Port}", "--image", Bytes("esp-miner.bin", _image), "--trust-hash", ImageInspector.HashOf(_image), "--dry-run", "--json",
                "--data-dir", _folder.Path]);
        using JsonDocument answer = JsonDocument.Parse(look.Out);
        JsonElement plan = answer.RootElement.GetProperty("plan");
        Assert.Equal("network", plan.GetProperty("device").GetProperty("transport").GetString());
        Assert.Equal(15, plan.GetProperty("checks").GetArrayLength());
        Assert.Contains(plan.GetProperty("steps").EnumerateArray(), static step => step.GetProperty("kind").GetString() == "gate");
        Assert.DoesNotContain(server.Device.Journal, static line => line.StartsWith("OTA", StringComparison.Ordinal));
        CliResult far = await Cli.RunAsync(["asic", "flash", "--device", "axeos:8.8.8.8", "--image", "x", "--dry-run", "--data-dir", _folder.Path]);
        Assert.Equal(ExitCode.Usage, far.Code); // the image comes first
        CliResult wrong = await Cli.RunAsync(["asic", "flash", "--device", "axeos:8.8.8.8", "--image", Bytes("a.bin", _image), "--dry-run", "--data-dir", _folder.Path]);
        Assert.Equal(ExitCode.Usage, wrong.Code);
        Assert.Contains("public", wrong.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_that_is_not_private_is_asked_for_and_then_taken()
    {
        // Documentation's addresses: public as addresses go, and nobody's.
        string[] look = ["asic", "flash", "--device", "axeos:192.0.2.1:4", "--image", Bytes("esp-miner.bin", _image), "--dry-run", "--data-dir", _folder.Path];
        CliResult refused = await Cli.RunAsync(look);
        Assert.Contains("--allow-public", refused.Error, StringComparison.Ordinal);
        CliResult taken = await Cli.RunAsync([.. look, "--allow-public"]);
        Assert.DoesNotContain("--allow-public", taken.Out + taken.Error, StringComparison.Ordinal);
        Assert.Contains("/api/system/info", taken.Error, StringComparison.Ordinal); // it was asked, and is at another address
    }

    [Fact]
    public async Task A_network_device_is_not_given_a_factory_image_and_an_edited_plan_is_not_believed()
    {
        await using AxeosServer server = new(new AxeosDevice(TimeProvider.System));
        string[] flash = ["asic", "flash", "--device", $"axeos:127.0.0.1:{server.Port}", "--image", Bytes("esp-miner.bin", _image), "--trust-hash", ImageInspector.HashOf(_image), "--data-dir", _folder.Path];
        CliResult factory = await Cli.RunAsync([.. flash, "--factory", "--dry-run"]);
        Assert.Equal(ExitCode.BadAnswer, factory.Code);
        Assert.Contains("--factory replaces the boot loader", factory.Out, StringComparison.Ordinal);
        CliResult kept = await Cli.RunAsync([.. flash, "--plan", "--json"]);
        Assert.True(kept.Code == ExitCode.Done, kept.Out + kept.Error);
        JsonElement answer = JsonDocument.Parse(kept.Out).RootElement;
        string plan = Path.Combine(answer.GetProperty("folder").GetString()!, "plan.json");
        File.WriteAllText(plan, File.ReadAllText(plan).Replace("v2.15.0", "v2.15.1", StringComparison.Ordinal));
        CliResult edited = await Cli.RunAsync(["asic", "flash", "--resume", answer.GetProperty("plan_id").GetString()!, "--yes", "--data-dir", _folder.Path]);
        Assert.Equal(ExitCode.BadAnswer, edited.Code);
        Assert.Contains("was changed after it was shown", edited.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(server.Device.Journal, static line => line.StartsWith("OTA", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_peer_that_talks_without_end_is_left()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        using CancellationTokenSource over = new();
        Task babble = BabbleAsync(listener, over.Token);
        CliResult left = await Cli.RunAsync(
            ["asic", "flash", "--device", $"tcp://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}", "--image", Bytes("esp-miner.bin", _image), "--dry-run", "--data-dir", _folder.Path]);
        Assert.Equal(ExitCode.Unreachable, left.Code);
        Assert.Contains("no loader of an ESP chip answers", left.Error, StringComparison.Ordinal);
        await over.CancelAsync();
        await babble;
    }

    [Fact]
    public async Task All_of_a_flash_is_kept_by_a_loader_in_memory()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "pseudo terminals are Linux's here");
        SimulatedEsp32S3 chip = new(EspFirmware.Installed("v1.5.0")) { BootHeld = true };
        chip.PowerOn();
        using Pty pty = new(chip);
        string to = Path.Combine(_folder.Path, "whole");
        CliResult kept = await Cli.RunAsync(["asic", "backup", "--device", pty.Path, "--to", to, "--whole", "--stub", _folder.File("stub.json", EspStubTests.Json())]);
        Assert.True(kept.Code == ExitCode.Done, kept.Out + kept.Error);
        Assert.Contains("rest: 100 %", kept.Error, StringComparison.Ordinal);
        Assert.True(chip.ReadByFrames > 0);
        byte[] all = [.. File.ReadAllBytes(Path.Combine(to, "head.bin")), .. File.ReadAllBytes(Path.Combine(to, "rest.bin"))];
        Assert.Equal(chip.Flash.Read(0, SimulatedFlash.Size), all);
        CliResult wrong = await Cli.RunAsync(["asic", "backup", "--device", pty.Path, "--to", to, "--stub", _folder.File("no.json", "{}")]);
        Assert.Equal(ExitCode.BadAnswer, wrong.Code);
        Assert.Contains("is none for an ESP32-S3", wrong.Error, StringComparison.Ordinal);
    }

    private static async Task BabbleAsync(TcpListener listener, CancellationToken stop)
    {
        using TcpClient client = await listener.AcceptTcpClientAsync(stop);
        byte[] noise = EspFirmware.Noise("babble", 4096);
        try
        {
            while (!stop.IsCancellationRequested)
            {
                await client.GetStream().WriteAsync(noise, stop);
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // It was left.
        }
    }

    /// <summary>Through a pseudo terminal: looked at, kept, confirmed, written, asked for, and its settings kept and compared.</summary>
    [Fact]
    public async Task Flash_writes_what_was_shown_and_confirmed()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "pseudo terminals are Linux's here");
        SimulatedEsp32S3 chip = new(EspFirmware.Installed("v1.5.0")) { BootHeld = true };
        chip.PowerOn();
        using Pty pty = new(chip);
        string image = Bytes("esp-miner.bin", _image);
        string[] where = ["--data-dir", Path.Combine(_folder.Path, "data")];
        CliResult look = await Cli.RunAsync(["asic", "flash", "--device", pty.Path, "--image", image, "--dry-run", .. where]);
        Assert.True(look.Code == ExitCode.BadAnswer, look.Out + look.Error);
        Assert.Contains("is in no catalogue", look.Out, StringComparison.Ordinal);
        CliResult unasked = await Cli.RunAsync(["asic", "flash", "--device", pty.Path, "--image", image, "--yes", .. where]);
        Assert.Equal(ExitCode.Usage, unasked.Code);
        CliResult kept = await Cli.RunAsync(["asic", "flash", "--device", pty.Path, "--image", image, "--trust-hash", ImageInspector.HashOf(_image), "--plan", "--json", .. where]);
        Assert.True(kept.Code == ExitCode.Done, kept.Out + kept.Error);
        Assert.Equal(0, chip.Flash.Work);
        string id = JsonDocument.Parse(kept.Out).RootElement.GetProperty("plan_id").GetString()!;
        CliResult silent = await Cli.RunAsync(["asic", "flash", "--resume", id, .. where]); // nobody types
        Assert.Equal(ExitCode.Usage, silent.Code);
        Assert.Equal(0, chip.Flash.Work);
        CliResult done = await Cli.RunAsync(["asic", "flash", "--resume", id, "--yes", "--json", .. where]);
        Assert.True(done.Code == ExitCode.Done, done.Out + done.Error);
        Assert.Equal("updated", JsonDocument.Parse(done.Out).RootElement.GetProperty("ending").GetString());
        Assert.Equal(("ota_1", "v2.15.0"), (SimulatedBoot.Of(chip.Flash)!.Slot, SimulatedBoot.Of(chip.Flash)!.Version));
        CliResult verified = await Cli.RunAsync(["asic", "verify", "--device", pty.Path, "--against", image, .. where]);
        Assert.True(verified.Code == ExitCode.Done, verified.Out + verified.Error);
        Assert.Contains("ota_1 at 60000: the same", verified.Out, StringComparison.Ordinal);
        string backup = Path.Combine(_folder.Path, "backup");
        CliResult backed = await Cli.RunAsync(["asic", "backup", "--device", pty.Path, "--to", backup, .. where]);
        Assert.True(backed.Code == ExitCode.Done, backed.Out + backed.Error);
        Assert.DoesNotContain("hunter2", done.Out + done.Error + kept.Out + backed.Out, StringComparison.Ordinal);
        chip.Flash.Erase(9); // the settings are lost
        CliResult lost = await Cli.RunAsync(["asic", "verify", "--device", pty.Path, "--against", backup, .. where]);
        Assert.Equal(ExitCode.BadAnswer, lost.Code);
        CliResult restore = await Cli.RunAsync(["asic", "restore", "--device", pty.Path, "--from", backup, "--plan", "--json", .. where]);
        Assert.True(restore.Code == ExitCode.Done, restore.Out + restore.Error);
        CliResult back = await Cli.RunAsync(["asic", "flash", "--resume", JsonDocument.Parse(restore.Out).RootElement.GetProperty("plan_id").GetString()!, "--yes", .. where]);
        Assert.True(back.Code == ExitCode.Done, back.Out + back.Error);
        Assert.Equal(EspFirmware.Settings(0x1000, "601"), chip.Flash.Read(0x9000, 0x1000));
    }

    private string Bytes(string name, byte[] bytes)
    {
        string path = Path.Combine(_folder.Path, name);
        File.WriteAllBytes(path, bytes);
        return path;
    }
}
