using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Otedama.Tests.App;
using Xunit;

namespace Otedama.Tests.Asic;

/// <summary>
/// Espressif's own tool writes to the simulated chip: what it takes for an ESP32-S3 is one as far as a flasher sees. Needs
/// node and a folder with esptool-js, which OTEDAMA_ESPTOOL_JS names (npm install --prefix FOLDER esptool-js@0.7.0).
/// </summary>
public sealed class EspToolJsTests
{
    private static readonly string? s_folder = Environment.GetEnvironmentVariable("OTEDAMA_ESPTOOL_JS");

    [Theory]
    [InlineData("rom", 115_200)]
    [InlineData("rom", 921_600)]
    [InlineData("ram", 921_600)]
    public async Task Espressifs_tool_takes_it_for_the_chip(string mode, int rate)
    {
        Assert.SkipUnless(Directory.Exists(s_folder), "OTEDAMA_ESPTOOL_JS names no folder with esptool-js; the simulated chip was not judged by it");
        using TempFolder folder = new();
        byte[] image = EspFirmware.App("v2.0.0", 30_000);
        string file = Path.Combine(folder.Path, "app.bin");
        await File.WriteAllBytesAsync(file, image);
        SimulatedEsp32S3 device = new(EspFirmware.Installed("v1.5.0"));
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        ProcessStartInfo start = new("node") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in (string[])[Path.Combine(Repository.Root, "tests/asic/esptool_judge.mjs"), s_folder!, $"{((IPEndPoint)listener.LocalEndpoint).Port}", mode, $"{rate}", "0x40000", file])
        {
            start.ArgumentList.Add(argument);
        }
        using Process node = Process.Start(start)!;
        using CancellationTokenSource patience = new(Patience.Limit);
        Task<string> said = node.StandardOutput.ReadToEndAsync(patience.Token);
        Task<string> wrong = node.StandardError.ReadToEndAsync(patience.Token);
        try
        {
            using TcpClient client = await listener.AcceptTcpClientAsync(patience.Token);
            await ServeAsync(client.GetStream(), device, patience.Token);
            await node.WaitForExitAsync(patience.Token);
        }
        finally
        {
            if (!node.HasExited)
            {
                node.Kill(entireProcessTree: true);
            }
        }
        Assert.True(node.ExitCode == 0, await said + await wrong);
        Assert.Contains("judged: the same MD5", await said, StringComparison.Ordinal);
        Assert.Contains("24:ec:4a:01:02:f3", await said, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(mode == "ram", device.IsInStub);
        Assert.Equal(image, device.Flash.Read(0x40000, image.Length));
    }

    /// <summary>Until the other side closes.</summary>
    private static async Task ServeAsync(NetworkStream stream, SimulatedEsp32S3 device, CancellationToken stop)
    {
        int rate = 115_200;
        byte[] head = new byte[5];
        byte[] replies = new byte[1 << 16];
        while (await stream.ReadAtLeastAsync(head.AsMemory(0, 3), 3, throwOnEndOfStream: false, stop) == 3)
        {
            if (head[0] == 2)
            {
                device.SetLines(head[1] != 0, head[2] != 0);
            }
            else
            {
                await stream.ReadExactlyAsync(head.AsMemory(3, 2), stop);
                int value = BinaryPrimitives.ReadInt32LittleEndian(head.AsSpan(1));
                if (head[0] == 3)
                {
                    rate = value;
                }
                else
                {
                    byte[] bytes = new byte[value];
                    await stream.ReadExactlyAsync(bytes, stop);
                    device.Receive(bytes, rate);
                }
            }
            for (int count = device.Take(replies, rate); count > 0; count = device.Take(replies, rate))
            {
                await stream.WriteAsync(replies.AsMemory(0, count), stop);
            }
        }
    }
}
