using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;

namespace Otedama.Asic;

/// <summary>
/// NerdQAxe's fork of AxeOS: the same interface, and where it is switched on a second factor on every write.
/// </summary>
public sealed class NerdQaxeDriver(FleetTransport transport) : AxeosDriver(transport)
{
    private const int StepSeconds = 30, Digits = 1_000_000;

    public override string Name => "nerdqaxe";

    public override FleetMatch? Recognise(FleetSigns signs) => Info(signs) is { } info && AxeosReader.IsNerdQaxe(info)
        ? new FleetMatch(100, "NerdQAxe",
            $"{InfoPath} answers with ASICModel and deviceModel {info.Text("deviceModel")}")
        {
            Firmware = "ESP-Miner-NerdQAxePlus"
        }
        : null;

    public override Task<WebReply> SendAsync(FleetTarget target, WebRequest request, CancellationToken cancel)
    {
        if (request.Method != HttpMethod.Get && target.Credentials?.Totp is { IsEmpty: false } secret)
        {
            string code = Code(secret, Transport.Clock.GetUtcNow())
                ?? throw new FleetException(
                    FleetFault.Denied, At(target),
                    $"{At(target)}: the configured key of the second factor is not base32.");
            request = request with { Headers = new Dictionary<string, string>(request.Headers) { ["X-TOTP"] = code } };
        }
        return base.SendAsync(target, request, cancel);
    }

    protected override string Refusal(FleetTarget target, string at) => target.Credentials?.Totp is null
        ? $"{at}: it refuses. If its second factor is on, configure its key; it also answers only private IPv4 "
            + $"addresses."
        : $"{at}: it refuses the code of the second factor. Check its key and both clocks.";

    /// <summary>RFC 6238 with SHA-1, 30 s and 6 digits; null when the key is not base32.</summary>
    public static string? Code(FleetSecret key, DateTimeOffset now)
    {
        const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        List<byte> bytes = [];
        int buffer = 0, bits = 0;
        foreach (char c in key.Reveal().Replace(" ", "", StringComparison.Ordinal).TrimEnd('=').ToUpperInvariant())
        {
            int value = Alphabet.IndexOf(c, StringComparison.Ordinal);
            if (value < 0)
            {
                return null;
            }
            buffer = ((buffer << 5) | value) & 0xFFFF;
            bits += 5;
            if (bits >= 8)
            {
                bits -= 8;
                bytes.Add((byte)((buffer >> bits) & 0xFF));
            }
        }
        byte[] counter = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(counter, now.ToUnixTimeSeconds() / StepSeconds);
        byte[] hash = HMACSHA1.HashData(bytes.ToArray(), counter);
        int at = hash[^1] & 15;
        int number = ((hash[at] & 0x7F) << 24) | (hash[at + 1] << 16) | (hash[at + 2] << 8) | hash[at + 3];
        return (number % Digits).ToString("D6", CultureInfo.InvariantCulture);
    }
}
