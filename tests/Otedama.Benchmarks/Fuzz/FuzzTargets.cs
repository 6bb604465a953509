using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Otedama.Core;
using Otedama.Pool;
using Otedama.Wire;

namespace Otedama.Benchmarks;

/// <summary>Every parser of this program that bytes of strangers reach, with samples to damage. root: of the sources.</summary>
internal static partial class FuzzTargets
{
    public static IReadOnlyList<FuzzTarget> All(string root)
    {
        byte[][] krpc = [.. HexIn(root, "dht.json")];
        return
        [
            new FuzzTarget("bencode", krpc, Bencode),
            new FuzzTarget("krpc", krpc, static bytes => KrpcReader.TryRead(bytes, out _)),
            new FuzzTarget("dht-node", krpc, new FuzzDhtNode().Take, slowness: 20),
            new FuzzTarget("peer-frames", FuzzPeers.Make, FuzzPeers.Take),
            new FuzzTarget("peer-puzzle", [Text("qccb4abceirceirceirceirceirceircxh7qcaaaaaaaa.pz")],
                static bytes => PeerPuzzle.TryParse(Text(bytes), out _)),
            new FuzzTarget("peer-address",
                [Text($"otp2p://{new string('a', 64)}@node.example:30303"), Text($"enode://{new string('b', 128)}@[2001:db8::1]:1?discport=7")],
                static bytes => PeerAddress.TryParse(Text(bytes), out _, out _)),
            .. Shares(root),
            new FuzzTarget("chain-parameters", [.. ChainFiles(root).Select(static file => Text(file.Line))],
                static bytes => ChainParameters.TryParse(Text(bytes), out _) is not null),
            .. Nat(),
            .. Stratum(),
        ];
    }

    [GeneratedRegex("\"[a-z_]*hex\": *\"((?:[0-9a-f]{2})+)\"")]
    private static partial Regex Hexes();

    private static IEnumerable<byte[]> HexIn(string root, string vectors) =>
        Hexes().Matches(File.ReadAllText(Path.Combine(root, "tests", "vectors", vectors)))
            .Select(static match => Convert.FromHexString(match.Groups[1].ValueSpan)).Where(static bytes => bytes.Length > 20);

    private static byte[] Text(string text) => Encoding.Latin1.GetBytes(text);

    private static string Text(byte[] bytes) => Encoding.Latin1.GetString(bytes);

    /// <summary>What is taken can be gone through to its end, and its parts are as long as the whole.</summary>
    private static bool Bencode(byte[] bytes)
    {
        if (!Bencoded.TryParse(bytes, out Bencoded value))
        {
            return false;
        }
        Go(value);
        return true;

        static void Go(Bencoded value)
        {
            int length = value.Kind is BencodeKind.List or BencodeKind.Dictionary ? 2 : value.Raw.Length;
            foreach (Bencoded item in value)
            {
                Go(item);
                length += item.Raw.Length;
            }
            Expect(length == value.Raw.Length, "the parts are not as long as the whole");
        }
    }

    /// <summary>A share's bytes are its only encoding, so what is taken writes itself as it came.</summary>
    private static IEnumerable<FuzzTarget> Shares(string root)
    {
        foreach (IGrouping<string, ChainFile> ofCoin in ChainFiles(root).GroupBy(static file => ChainParameters.Parse(file.Line).Coin))
        {
            string line = ofCoin.First().Line;
            ChainCoin coin = ChainCoin.Of(ChainParameters.Parse(line));
            byte[][] shares = [.. ofCoin.SelectMany(static file => file.Shares).Take(2_000)];
            yield return Share(ofCoin.Key, coin, shares);
            if (ofCoin.Key == "btc") // of KawPow there is no recorded chain: the same shares with the longer header
            {
                string other = line.Replace("btc|net=regtest|algo=sha256d", "rvn|net=main|algo=kawpow", StringComparison.Ordinal);
                yield return Share("rvn", ChainCoin.Of(ChainParameters.Parse(other)),
                    [.. shares.Select(share => ChainShare.Decode(share, coin, out _)).OfType<ChainShare>().Select(WithKawPowHeader)]);
            }
        }
    }

    private static FuzzTarget Share(string name, ChainCoin coin, byte[][] samples) => new($"share-{name}", samples, bytes =>
    {
        ChainShare? share = ChainShare.Decode(bytes, coin, out ShareFault? fault);
        Expect(share is null == fault is not null, "a share and a fault, or neither");
        Expect(share is null || share.Bytes.Span.SequenceEqual(bytes), "it writes itself otherwise than it came");
        return share is not null;
    });

    /// <summary>40 bytes longer: height, a nonce of eight bytes, a mix hash.</summary>
    private static byte[] WithKawPowHeader(ChainShare share)
    {
        byte[] bytes = share.Bytes.ToArray();
        int end = bytes.Length - 1 - (share.Work.Branch.Count * Hash256.Size);
        return [.. bytes[..end], .. new byte[40], .. bytes[end..]];
    }

    private static IEnumerable<FuzzTarget> Nat()
    {
        IPAddress gateway = IPAddress.Parse("192.168.77.1");
        Uri location = new("http://192.168.77.1:5000/rootDesc.xml");
        byte[] nonce = Convert.FromHexString("471d541e305df0d36f1c678f");
        byte[] pcp = Convert.FromHexString("0281000000001c2000000a93000000000000000000000000471d541e305df0d36f1c678f060000000d080d08"
            + "00000000000000000000ffff2cc80009");
        yield return new FuzzTarget("pcp", [pcp], bytes => Pcp.ReadMap(bytes, NatTransport.Tcp, nonce, 3336) is { Grant: not null });
        yield return new FuzzTarget("nat-pmp",
            [Convert.FromHexString("0080000000000a922cc80009"), Convert.FromHexString("0082000000000a920d070d0700000e10")],
            static bytes => NatPmp.ReadAddress(bytes) is not null | NatPmp.ReadMap(bytes, NatTransport.Tcp, 3335) is { Grant: not null });
        yield return new FuzzTarget("ssdp",
            [.. Upnp.Targets.Select(target => Text($"HTTP/1.1 200 OK\r\nST: {target}\r\nLOCATION: {location}\r\nUSN: uuid:x\r\n\r\n"))],
            bytes => Upnp.ReadLocation(bytes, gateway) is { } found && Expect(found.Host == "192.168.77.1", $"another host: {found}"));
        string service = "<service><serviceType>urn:schemas-upnp-org:service:WANIPConnection:1</serviceType><controlURL>/ctl</controlURL></service>";
        yield return new FuzzTarget("upnp-description",
            [Text($"<?xml version=\"1.0\"?><root><device><serviceList>{service}</serviceList></device></root>")],
            bytes => Upnp.ReadDescription(Text(bytes), location) is { } found
                && Expect(found.Control.Host == location.Host, $"another host: {found.Control}"));
        yield return new FuzzTarget("soap",
            [Text("<s:Envelope xmlns:s=\"e\"><s:Body><s:Fault><detail><errorCode>725</errorCode></detail></s:Fault></s:Body></s:Envelope>")],
            static bytes => Upnp.Element(Text(bytes), "errorCode") is not null);
    }

    private static IEnumerable<FuzzTarget> Stratum()
    {
        string hash = string.Concat(Enumerable.Repeat("0123456789abcdef", 4));
        byte[][] lines =
        [
            Text("""{"id":1,"method":"mining.configure","params":[["version-rolling"],{"version-rolling.mask":"1fffe000"}]}"""),
            Text("""{"id":2,"method":"mining.submit","params":["w","2a","00000000","6566d000","1a2b3c4d","00002000"]}"""),
            Text($$"""{"id":4,"method":"mining.submit","params":["w.r","0000002a","0xa1b2c3d4e5f60718","0x{{hash}}","0x{{hash}}"]}"""),
            Text($$"""{"id":null,"method":"mining.notify","params":["2a","{{hash}}","01","02",["{{hash}}"],"20000000","1d00ffff","6566d000",true]}"""),
            Text($$"""{"id":null,"method":"mining.notify","params":["0000002a","{{hash}}","{{hash}}","{{hash}}",true,4635000,"1b00ffff"]}"""),
            Text("""{"id":1,"result":[[["mining.notify","5e"]],"a1b2c3d4",8],"error":null}"""),
        ];
        yield return new FuzzTarget("stratum", lines, static bytes =>
        {
            if (!StratumMessage.TryParse(bytes, out StratumMessage message))
            {
                return false;
            }
            Span<byte> mix = stackalloc byte[KawPow.MixSize];
            _ = ConfigureRequest.TryParse(message.Params, out _);
            _ = SubmitRequest.TryParse(message.Params, 8, out _, out _);
            _ = KawPowSubmit.TryParse(message.Params, mix, out _, out _);
            _ = EthereumStratum.TryReadSubmit(message.Params, [0xa1, 0xb2], out _, out _, out _);
            _ = NotifyMessage.TryParse(message.Params, out _, out _);
            _ = KawPowNotify.TryParse(message.Params, out _, out _);
            _ = EthereumStratum.TryReadNotify(message.Params, out _, out _);
            _ = ZcashNotify.TryParse(message.Params, out _, out _);
            _ = SubscribeResult.TryParse(message.Result, out _);
            return true;
        });
        yield return new FuzzTarget("proxy-header",
            [Text("PROXY TCP4 198.51.100.7 203.0.113.9 4711 3333\r\n"), [.. "\r\n\r\n\0\r\nQUIT\n"u8, 0x21, 0x11, 0, 12, 198, 51, 100, 7, 203, 0, 113, 9, 1, 2, 3, 4]],
            static bytes => ProxyHeader.TryParse(bytes, out _, out int consumed) == ProxyHeaderStatus.Complete
                && Expect(consumed <= bytes.Length, "it consumed more than there was"));
    }

    private static IEnumerable<ChainFile> ChainFiles(string root) =>
        Directory.GetFiles(Path.Combine(root, "tests", "vectors", "sharechain"), "*.txt").Order(StringComparer.Ordinal)
            .Select(File.ReadLines).Select(static lines => lines.Where(static line => line.Length > 0 && line[0] != '#').ToArray())
            .Where(static lines => lines.Length > 1 && ChainParameters.TryParse(lines[0], out _) is { } parameters
                && ChainCoin.Find(parameters, out _) is not null)
            .Select(static lines => new ChainFile(lines[0], [.. lines.Skip(1).Where(IsHex).Take(50).Select(Convert.FromHexString)]))
            .Where(static file => file.Shares.Count > 0);

    private static bool IsHex(string line) => line.Length % 2 == 0 && line.All(char.IsAsciiHexDigit);

    private static bool Expect(bool good, string otherwise) => good ? true : throw new InvalidOperationException(otherwise);

    private sealed record ChainFile(string Line, IReadOnlyList<byte[]> Shares);
}
