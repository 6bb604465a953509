using CsCheck;
using Otedama.Wire;
using Xunit;

namespace Otedama.Tests.Wire;

/// <summary>
/// What no vector shows: arbitrary bytes, mutated frames, the edges of every type, and that nothing is allocated.
/// </summary>
public sealed class Sv2CodecTests
{
    private static readonly Sv2Type[] s_types = Enum.GetValues<Sv2Type>();

    [Fact]
    public void The_table_has_exactly_the_types_of_the_enumeration()
    {
        for (int type = 0; type <= ushort.MaxValue; type++)
        {
            Assert.Equal(Enum.IsDefined((Sv2Type)type), Sv2Messages.Has((Sv2Type)type));
        }
        Assert.Equal(31, s_types.Length);
    }

    [Fact]
    public void A_header_keeps_its_fields()
    {
        Gen.Select(Gen.Int[0, 0x7fff], Gen.Bool, Gen.Byte, Gen.Int[0, Sv2Header.LengthMax]).Sample((extension, bit, type, length) =>
        {
            byte[] bytes = new byte[Sv2Header.Size];
            Sv2Header header = new((ushort)extension, bit, type, length);
            header.Write(bytes);
            return Sv2Header.Read(bytes) == header;
        });
    }

    [Fact]
    public void Arbitrary_payloads_are_read_or_named_malformed_and_what_is_read_is_written_back()
    {
        Gen.Select(Gen.OneOf([.. s_types.Select(Gen.Const)]), Gen.Byte.Array[0, 400]).Sample((type, payload) => Again(type, payload), iter: 10_000);
    }

    [Fact]
    public void Mutated_frames_of_the_vectors_are_read_or_named_malformed()
    {
        byte[][] frames = [.. Sv2Files.Frames()];
        Gen.Select(Gen.OneOf([.. frames.Select(Gen.Const)]), Gen.Int[0, 2000], Gen.Byte, Gen.Int[0, 12]).Sample(
            (frame, at, value, cut) =>
            {
                byte[] payload = frame[Sv2Header.Size..Math.Max(Sv2Header.Size, frame.Length - cut)];
                if (payload.Length > 0)
                {
                    payload[at % payload.Length] = value;
                }
                return Again(Sv2Header.Read(frame).Type!.Value, payload);
            }, iter: 10_000);
    }

    [Fact]
    public void Every_payload_that_ends_early_is_too_short()
    {
        foreach (byte[] frame in Sv2Files.Frames())
        {
            for (int length = 0; length < frame.Length - Sv2Header.Size; length++)
            {
                Eye eye = new(frame.AsSpan(Sv2Header.Size, length));
                Sv2Messages.Visit(Sv2Header.Read(frame).Type!.Value, ref eye);
                Assert.Equal(Sv2Fault.TooShort, eye.Fault);
            }
        }
    }

    [Theory]
    [InlineData("a\0b", Sv2Fault.Text)]
    [InlineData("ab", Sv2Fault.None)]
    [InlineData("\xff\xfe", Sv2Fault.None)]
    public void A_text_has_no_zero_byte(string text, Sv2Fault fault)
    {
        byte[] bytes = System.Text.Encoding.Latin1.GetBytes(text);
        Sv2Messages.TryRead([1, 0, 0, 0, (byte)bytes.Length, .. bytes, .. new byte[36]], out Sv2OpenStandardMiningChannel _, out _,
            out Sv2Fault found);
        Assert.Equal(fault, found);
    }

    [Theory]
    [InlineData(" ~", Sv2Fault.None)]
    [InlineData("", Sv2Fault.None)]
    [InlineData("\x1f", Sv2Fault.Text)]
    [InlineData("\x7f", Sv2Fault.Text)]
    [InlineData("\xe9", Sv2Fault.Text)]
    public void A_code_is_printable_ascii(string code, Sv2Fault fault)
    {
        byte[] bytes = System.Text.Encoding.Latin1.GetBytes(code);
        Sv2Messages.TryRead([0, 0, 0, 0, (byte)bytes.Length, .. bytes], out Sv2SetupConnectionError _, out _, out Sv2Fault found);
        Assert.Equal(fault, found);
    }

    [Fact]
    public void A_field_beyond_its_type_is_our_mistake()
    {
        byte[] room = new byte[100_000];
        Assert.Throws<ArgumentException>(() => Sv2Messages.Write(room, new Sv2SetExtranoncePrefix { ExtranoncePrefix = new byte[33] }));
        Assert.Throws<ArgumentException>(() => Sv2Messages.Write(room, new Sv2CloseChannel { ReasonCode = new byte[256] }));
        Assert.Throws<ArgumentException>(() => Sv2Messages.Write(room, new Sv2NewExtendedMiningJob { MerklePath = new byte[33] }));
        Assert.Throws<ArgumentException>(() => Sv2Messages.Write(room, new Sv2NewExtendedMiningJob { CoinbaseTxPrefix = new byte[65_536] }));
    }

    [Fact]
    public void A_buffer_that_is_too_small_by_any_number_gets_no_frame()
    {
        Sv2SubmitSharesExtended share = new() { Extranonce = new byte[8] };
        Assert.Equal(39, Sv2Messages.Write(new byte[39], share));
        for (int room = 0; room < 39; room++)
        {
            Assert.Equal(0, Sv2Messages.Write(new byte[room], new Sv2SubmitSharesExtended { Extranonce = new byte[8] }));
        }
    }

    [Theory]
    [InlineData("0200010a00576f726b65725f303031", "Worker_001")]
    [InlineData("000201000a576f726b65725f303031", "Worker_001")]
    [InlineData("0200020100ff0200010100" + "41", "A")]
    [InlineData("0200010000", "")]
    [InlineData("", "")]
    [InlineData("0340010a00576f726b65725f303031", "")]
    [InlineData("02000120" + "004141", null)]
    [InlineData("0200012100" + "414141414141414141414141414141414141414141414141414141414141414141", null)]
    [InlineData("0200012000" + "4141414141414141414141414141414141414141414141414141414141414141", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public void A_worker_is_read_in_both_byte_orders(string hex, string? worker)
    {
        bool good = Sv2Tlv.TryReadWorker(Convert.FromHexString(hex), out ReadOnlySpan<byte> found);
        Assert.Equal(worker is not null, good);
        Assert.Equal(worker ?? "", System.Text.Encoding.ASCII.GetString(found));
    }

    [Fact]
    public void A_worker_is_written_as_it_is_read()
    {
        byte[] bytes = new byte[64];
        int length = Sv2Tlv.WriteWorker(bytes, "Worker_001"u8);
        Assert.Equal("0200010a00576f726b65725f303031", Convert.ToHexStringLower(bytes.AsSpan(0, length)));
        Assert.Throws<ArgumentOutOfRangeException>(() => Sv2Tlv.WriteWorker(new byte[64], new byte[33]));
    }

    [Fact]
    public void A_share_is_read_and_its_answer_written_without_allocating()
    {
        byte[] share = Convert.FromHexString("02000000000000000100000002fb05ff69c19a670060592e08b660000000000000");
        byte[] answer = new byte[64];
        long before = 0;
        for (int i = 0; i < 2_000; i++)
        {
            before = i == 1_000 ? GC.GetAllocatedBytesForCurrentThread() : before; // after what runs once has run
            Assert.True(Sv2Messages.TryRead(share, out Sv2SubmitSharesExtended read));
            Sv2Messages.Write(answer, new Sv2SubmitSharesSuccess { ChannelId = read.ChannelId, NewSubmitsAcceptedCount = 1 });
        }
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_coinbase_loses_its_witness_and_one_without_stays(bool hasWitness)
    {
        byte[] input = [1, .. new byte[32], 255, 255, 255, 255, 12, 3, 1, 2, 3];
        ReadOnlySpan<byte> prefix = (byte[])[2, 0, 0, 0, .. hasWitness ? (byte[])[0, 1] : [], .. input];
        byte[] outputs = [1, 5, 0, 0, 0, 0, 0, 0, 0, 2, 0x51, 0x52];
        byte[] witness = hasWitness ? [1, 32, .. new byte[32]] : [];
        ReadOnlySpan<byte> suffix = (byte[])[254, 255, 255, 255, .. outputs, .. witness, 7, 0, 0, 0];
        Assert.True(Sv2Coinbase.TryStrip(ref prefix, ref suffix, 8));
        Assert.Equal([2, 0, 0, 0, .. input], prefix.ToArray());
        Assert.Equal([254, 255, 255, 255, .. outputs, 7, 0, 0, 0], suffix.ToArray());
    }

    [Fact]
    public void Arbitrary_coinbases_are_stripped_or_refused()
    {
        Gen.Select(Gen.Byte.Array[0, 80], Gen.Byte.Array[0, 80]).Sample((start, end) =>
        {
            ReadOnlySpan<byte> prefix = (byte[])[1, 0, 0, 0, 0, 1, .. start];
            ReadOnlySpan<byte> suffix = end;
            int before = prefix.Length + suffix.Length;
            return !Sv2Coinbase.TryStrip(ref prefix, ref suffix, 8) || prefix.Length + suffix.Length <= before - 2;
        });
    }

    /// <summary>What was read, written and read again says the same; what was not has a fault.</summary>
    private static bool Again(Sv2Type type, byte[] payload)
    {
        Eye eye = new(payload);
        return Sv2Messages.Visit(type, ref eye) && eye.IsSame;
    }

    private ref struct Eye(ReadOnlySpan<byte> payload) : ISv2Visitor
    {
        private readonly ReadOnlySpan<byte> _payload = payload;

        public Sv2Fault Fault { get; private set; }

        public bool IsSame { get; private set; }

        public void On<TMessage>()
            where TMessage : struct, ISv2Message, allows ref struct
        {
            bool good = Sv2Messages.TryRead(_payload, out TMessage message, out ReadOnlySpan<byte> rest, out Sv2Fault fault);
            Fault = fault;
            if (!good)
            {
                IsSame = fault != Sv2Fault.None;
                return;
            }
            byte[] frame = new byte[Sv2Header.Size + _payload.Length];
            int bytes = Sv2Messages.Write(frame, message);
            int read = _payload.Length - rest.Length;
            Sv2Header header = Sv2Header.Read(frame);
            byte[] written = frame[Sv2Header.Size..bytes];
            // A BOOL has more forms than the one that is written.
            IsSame = bytes == Sv2Header.Size + read && header.Length == read && header.Type == TMessage.Type
                && (written.AsSpan().SequenceEqual(_payload[..read]) || TMessage.Type == Sv2Type.NewExtendedMiningJob);
        }
    }
}
