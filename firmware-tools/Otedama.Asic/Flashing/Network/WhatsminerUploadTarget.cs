using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Otedama.Asic;

/// <summary>How a Whatsminer is given a package; the vendor's document and its clients tell it differently.</summary>
public enum WhatsminerUpload
{
    /// <summary>Not at all: the default, for neither way was seen on a device.</summary>
    Off,

    /// <summary>On the connection that answered "ready".</summary>
    SameConnection,

    /// <summary>On a new connection to the same port.</summary>
    NewConnection,
}

/// <summary>
/// A Whatsminer with the interface of version 2: upgrade_firmware under a token, "ready", then the length (u32,
/// little-endian) and the package, which is signed; the device checks that. Its owner has to switch writing on with the
/// vendor's tool; nothing is unlocked here.
/// </summary>
public sealed class WhatsminerUploadTarget(
    WhatsminerV2Driver driver, FleetTransport transport, FleetTarget target, WhatsminerUpload way =
    WhatsminerUpload.Off)
    : VendorUploadTarget(driver, transport, target)
{
    /// <summary>Bytes handed over at once, and bytes of its answer.</summary>
    private const int ChunkMax = 4096, ReplyMax = 4096;

    private static readonly TimeSpan s_ready = TimeSpan.FromSeconds(10);

    protected override string At => Target.At(Target.Ports.Api);

    protected override string Judge(FlashDevice device, ImageReport image, ReadOnlyMemory<byte> bytes) =>
        way == WhatsminerUpload.Off
            ? throw new FlashException(
            "Uploading to a Whatsminer is switched off: no device has shown which way it takes a package. Use the "
            + $"vendor's tool for {At}, or switch the capability on for one that you can lose.")
            : $"Tell it to upgrade and send {bytes.Length} bytes "
            + $"{(way == WhatsminerUpload.SameConnection ? "on the same" : "on a new")} connection; the device checks "
            + "the signature, writes it and restarts.";

    protected override async Task<VendorUploadResult> SendAsync(
        FlashStep step, FlashMaterial material, CancellationToken stop)
    {
        IPEndPoint device = new(Target.Address, Target.Ports.Api);
        WhatsminerToken token = await driver.TokenAsync(Target, stop);
        using IDisposable turn = await Transport.Gates.EnterAsync(device, stop);
        Socket socket = await Transport.Sockets.ConnectAsync(device, stop, stop);
        if (await AskAsync(socket, token, stop) is { } says)
        {
            socket.Dispose();
            return new(true, $"{At} was told to upgrade and is not ready ({says})");
        }
        if (way == WhatsminerUpload.NewConnection)
        {
            socket.Dispose();
            socket = await Transport.Sockets.ConnectAsync(device, stop, stop);
        }
        using Socket held = socket;
        long sent = 0;
        using CancellationTokenSource stall = new(UploadClient.Stall, Transport.Clock);
        using CancellationTokenSource total = new(UploadClient.Total, Transport.Clock);
        using CancellationTokenSource any =
            CancellationTokenSource.CreateLinkedTokenSource(stop, stall.Token, total.Token);
        try
        {
            byte[] length = new byte[4];
            BinaryPrimitives.WriteInt32LittleEndian(length, material.Image.Length);
            await WriteAsync(held, length, any.Token);
            while (sent < material.Image.Length)
            {
                int part = Math.Min(ChunkMax, material.Image.Length - (int)sent);
                await WriteAsync(held, material.Image.Slice((int)sent, part), any.Token);
                stall.CancelAfter(UploadClient.Stall);
                sent += part;
                material.Tell(step, sent, material.Image.Length);
            }
            held.Shutdown(SocketShutdown.Send);
            return new(false, $"All {sent} bytes were sent");
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return new(false,
                $"It took nothing more after {sent} of {material.Image.Length} bytes, and the connection was closed");
        }
        catch (SocketException e)
        {
            return new(false,
                $"The connection broke after {sent} of {material.Image.Length} bytes ({e.SocketErrorCode})");
        }
    }

    /// <summary>Null = it said that it is ready, else what it said.</summary>
    private async Task<string?> AskAsync(Socket socket, WhatsminerToken token, CancellationToken stop)
    {
        using CancellationTokenSource within = new(s_ready, Transport.Clock);
        using CancellationTokenSource any = CancellationTokenSource.CreateLinkedTokenSource(stop, within.Token);
        byte[] reply = new byte[ReplyMax];
        int count = 0;
        try
        {
            await WriteAsync(socket, token.Wrap("upgrade_firmware"), any.Token);
            while (count < ReplyMax)
            {
                int came = await socket.ReceiveAsync(reply.AsMemory(count), any.Token);
                count += came;
                CgminerStatus? status = WhatsminerV2Driver.Open(reply[..count], token);
                if (came == 0 || status is not null)
                {
                    return status?.Message?.Contains("ready", StringComparison.OrdinalIgnoreCase) == true ? null
                        : status?.ToString() ?? "it closed without an answer";
                }
            }
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return $"nothing that can be read came in {s_ready.TotalSeconds:0} s";
        }
        catch (SocketException e)
        {
            return $"the connection broke: {e.SocketErrorCode}";
        }
        return "its answer does not end";
    }

    private static async Task WriteAsync(Socket socket, ReadOnlyMemory<byte> bytes, CancellationToken cancel)
    {
        while (bytes.Length > 0)
        {
            bytes = bytes[await socket.SendAsync(bytes, cancel)..];
        }
    }
}
