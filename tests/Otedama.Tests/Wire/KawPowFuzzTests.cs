using System.Text;
using Otedama.Core;
using Otedama.Wire;
using Xunit;

namespace Otedama.Tests.Wire;

/// <summary>Damaged lines of both KawPow dialects: no parser throws, and what passes is within its limits.</summary>
public sealed class KawPowFuzzTests
{
    private const int Rounds = 20_000;

    private static readonly string s_hash = string.Concat(Enumerable.Repeat("0123456789abcdef", 4));

    private static readonly string[] s_lines =
    [
        $$"""{"id":4,"method":"mining.submit","params":["w.r","0000002a","0xa1b2c3d4e5f60718","0x{{s_hash}}","0x{{s_hash}}"]}""",
        """{"id":4,"method":"mining.submit","params":["w.r","0000002a","c3d4e5f60718"]}""",
        $$"""{"id":null,"method":"mining.notify","params":["0000002a","{{s_hash}}","{{s_hash}}","{{s_hash}}",true,4635000,"1b00ffff"]}""",
        $$"""{"id":null,"method":"mining.notify","params":["0000002a","{{s_hash}}","{{s_hash}}","4635000",false]}""",
        """{"id":2,"result":[["mining.notify","5e","EthereumStratum/1.0.0"],"a1b2"],"error":null}""",
        """{"id":1,"method":"mining.subscribe","params":["kawpowminer/1.2.4","EthereumStratum/1.0.0"]}""",
    ];

    [Fact]
    public void Undamaged_lines_pass_the_parser_they_are_meant_for()
    {
        int[] passes = [.. s_lines.Select(static line => Parse(Encoding.UTF8.GetBytes(line)))];
        Assert.Equal([1, 1, 1, 1, 1, 1], passes);
    }

    [Fact]
    public void Damaged_lines_never_throw()
    {
        Random random = new(20);
        int passed = 0;
        for (int i = 0; i < Rounds; i++)
        {
            passed += Parse(Damage(random, Encoding.UTF8.GetBytes(s_lines[i % s_lines.Length])));
        }
        Assert.InRange(passed, 1, Rounds - 1); // some damage is harmless, most is not
    }

    private static byte[] Damage(Random random, byte[] line)
    {
        List<byte> bytes = [.. line];
        for (int change = random.Next(1, 5); change > 0; change--)
        {
            int at = random.Next(bytes.Count);
            switch (random.Next(4))
            {
                case 0: bytes[at] = (byte)random.Next(256); break;
                case 1: bytes.RemoveAt(at); break;
                case 2: bytes.Insert(at, "0\"[],:{}x-e\\"u8[random.Next(12)]); break;
                default: bytes.InsertRange(at, bytes.GetRange(at, Math.Min(random.Next(1, 40), bytes.Count - at))); break;
            }
        }
        return [.. bytes];
    }

    /// <summary>Every parser on the line; how many took it.</summary>
    private static int Parse(byte[] line)
    {
        if (!StratumMessage.TryParse(line, out StratumMessage message))
        {
            return 0;
        }
        JsonValue parameters = message.Params;
        int passed = 0;
        if (KawPowSubmit.TryParse(parameters, stackalloc byte[KawPow.MixSize], out _, out _))
        {
            passed++;
        }
        else if (EthereumStratum.TryReadSubmit(parameters, [0xa1, 0xb2], out JsonValue job, out ulong nonce, out _))
        {
            Assert.True(job.IsString && (parameters.Element(2).Inner.Length > 14 || nonce >> 48 == 0xa1b2));
            passed++;
        }
        passed += Check(KawPowNotify.TryParse(parameters, out KawPowNotify? notify, out _), notify);
        passed += Check(EthereumStratum.TryReadNotify(parameters, out notify, out _), notify);
        passed += EthereumStratum.IsAskedFor(parameters) ? 1 : 0;
        return passed + (EthereumStratum.IsAnsweredBy(message.Result) ? 1 : 0);
    }

    private static int Check(bool passed, KawPowNotify? notify)
    {
        Assert.Equal(passed, notify is not null);
        Assert.True(notify is null || (notify.Height is >= 0 and <= KawPow.HeightMax && notify.SeedHash.Length == 32 && notify.JobId.Length > 0));
        return passed ? 1 : 0;
    }
}
