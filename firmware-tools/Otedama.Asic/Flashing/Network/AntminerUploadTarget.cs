using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Otedama.Asic;

/// <summary>
/// An Antminer with stock firmware: the item of a BMU container that is for its type and subtype, or the older tar.gz,
/// goes to upgrade.cgi as a form under digest. What is inside is signed, and the device checks that.
/// </summary>
public sealed class AntminerUploadTarget(
    IFleetDriver driver, FleetTransport transport, UploadClient uploads, FleetTarget target)
    : VendorUploadTarget(driver, transport, target)
{
    private const string Upgrade = "/cgi-bin/upgrade.cgi", TypePage = "/cgi-bin/miner_type.cgi", Script = "runme.sh";

    /// <summary>The answer comes when its flash is written.</summary>
    private static readonly TimeSpan s_reply = TimeSpan.FromMinutes(5);

    protected override async Task<FlashDevice> DescribeAsync(FlashDevice device, CancellationToken stop)
    {
        WebReply reply = await Transport.Http.SendAsync(Target, WebRequest.Get(TypePage) with { Digest = true }, stop);
        JsonElement? type = reply.IsGood ? TolerantJson.Read(reply.Body).Root : null;

        // Older firmware has no such page; then no container's item can be chosen for it.
        return type?.Text("miner_type") is { } name
            ? device with
            {
                Model = name.Trim(),
                Board = type?.Text("subtype")?.Trim() is { Length: > 0 } subtype
            ? subtype : device.Board
            }
            : device;
    }

    protected override string Judge(FlashDevice device, ImageReport image, ReadOnlyMemory<byte> bytes)
    {
        if (image.Kind == VendorPackageKind.KindName)
        {
            return image.Facts.Any(static fact => fact is { Name: "entry", Value: Script })
                ? $"Upload {bytes.Length} bytes; the device checks the signature of {Script}, runs it and restarts."
                : throw new FlashException(
                $"The package has no {Script}, which an Antminer runs. It is for another device.");
        }
        if (image.Kind != BmuKind.KindName)
        {
            throw new FlashException(
                $"The image is {image.Kind}; an Antminer takes the BMU container or tar.gz of its maker. Take that "
                + "file, or write its SD card.");
        }
        try
        {
            BmuItem item = BmuContainer.Resolve(bytes, "The image", new(device.Model ?? "", device.Board ?? ""));
            return $"Upload the item {item.Name} ({item.Model} / {item.Hardware}, {item.Data.Length} bytes); the "
                + "device checks its signature, writes it and restarts.";
        }
        catch (InvalidDataException e)
        {
            throw new FlashException(e.Message, e);
        }
    }

    protected override async Task<VendorUploadResult> SendAsync(
        FlashStep step, FlashMaterial material, CancellationToken stop)
    {
        FlashDevice device = material.Plan.Device;
        BmuItem item = BmuContainer.IsThere(material.Image.Span)
            ? BmuContainer.Resolve(material.Image, "The image", new(device.Model ?? "", device.Board ?? ""))
            : new("firmware.tar.gz", "", "", "", material.Image);
        Dictionary<string, string> headers = [];
        if (await ChallengeAsync(stop) is { } challenge && Target.Credentials is { } credentials)
        {
            headers["Authorization"] =
                challenge.Answer(credentials, "POST", Upgrade, RandomNumberGenerator.GetHexString(16, lowercase: true));
        }
        string boundary = "otedama" + RandomNumberGenerator.GetHexString(24, lowercase: true);
        byte[] body = Form(boundary, item);
        Upload upload = new(
            Upgrade, body)
        {
            ContentType = $"multipart/form-data; boundary={boundary}",
            Headers = headers,
            ReplyWithin =
            s_reply
        };
        UploadResult result =
            await uploads.SendAsync(Target, upload, sent => material.Tell(step, sent, body.Length), stop);
        string words = $"After the upload of {item.Name} {result.Words(body.Length)}";
        return result.End switch
        {
            UploadEnd.NotConnected => new(true, words),
            UploadEnd.Replied when !result.IsGood => new(true, words),
            UploadEnd.Replied => new(!IsTaken(result.Text), words),
            _ => new(false, words),
        };
    }

    /// <summary>{"stats":"success","code":"U000"} is the only yes.</summary>
    private static bool IsTaken(string reply) =>
        TolerantJson.Read(Encoding.UTF8.GetBytes(reply)).Root is { } root && root.Text("stats") == "success"
            && root.Text("code") == "U000";

    /// <summary>Asked for by an empty request, so that the package is not sent twice.</summary>
    private async Task<HttpDigest?> ChallengeAsync(CancellationToken stop) =>
        (await Transport.Http.SendAsync(
            Target, new WebRequest(HttpMethod.Post, Upgrade) { Body = Array.Empty<byte>() }, stop)).Challenge;

    private static byte[] Form(string boundary, BmuItem item)
    {
        string name = string.Concat(
            item.Name.Where(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_'));
        byte[] head = Encoding.ASCII.GetBytes(
            $"--{boundary}\r\nContent-Disposition: form-data; name=\"firmware\"; "
                + $"filename=\"{(name.Length > 0 ? name : "firmware.bmu")}\"\r\nContent-Type: "
                + "application/octet-stream\r\n\r\n");
        byte[] tail = Encoding.ASCII.GetBytes($"\r\n--{boundary}--\r\n");
        return [.. head, .. item.Data.Span, .. tail];
    }
}
