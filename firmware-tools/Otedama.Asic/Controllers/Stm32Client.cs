using System.Buffers.Binary;

namespace Otedama.Asic;

/// <summary>The UART loader of an STM32 did not do what it was asked; a sentence with the command, its answer and what
/// to do.</summary>
public sealed class Stm32Exception(string sentence, Exception? inner = null) : IOException(sentence, inner);

/// <summary>What the loader says of itself.</summary>
/// <param name="Version">Of the loader: 22 is 2.2.</param>
/// <param name="Commands">Bytes of the commands it knows.</param>
public sealed record Stm32Loader(byte Version, IReadOnlyList<byte> Commands, ushort ChipId)
{
    public Stm32Chip? Chip => Stm32Chip.Find(ChipId);
}

/// <summary>
/// The UART loader in the ROM of STM32 chips (AN3155), 8E1: a command is a byte and its complement, then parts with a
/// XOR checksum, each answered by 79 (yes) or 1F (no). Knows no command that changes protection. One call at a time;
/// blocks for as long as the link's waits. Throws Stm32Exception and LinkException.
/// </summary>
public sealed class Stm32Client(ILink link)
{
    /// <summary>Bytes of one read or write.</summary>
    public const int BlockMax = 256;

    private const byte Yes = 0x79, No = 0x1F, Sync = 0x7F;
    private const byte Get = 0x00, GetId = 0x02, ReadMemory = 0x11, Go = 0x21, WriteMemory = 0x31, Erase = 0x43,
    EraseExtended = 0x44;

    /// <summary>Tries to be heard: the first byte may be lost while the chip leaves reset.</summary>
    private const int SyncTriesMax = 5;

    /// <summary>Pages named in one erase, so that one wait stays bounded.</summary>
    private const int PagesMax = 16;

    /// <summary>Reads until a loader is quiet: the longest it says at once has 257 bytes.</summary>
    private const int QuietMax = 257;

    /// <summary>Bytes sent to get into step: a frame to write has 258.</summary>
    private const int RecoverMax = 264;

    /// <summary>For a no, through an adapter that gathers bytes for 16 ms.</summary>
    private static readonly TimeSpan s_step = TimeSpan.FromMilliseconds(25);

    private static readonly TimeSpan s_sync = TimeSpan.FromMilliseconds(500), s_answer = TimeSpan.FromSeconds(2),
    s_quiet = TimeSpan.FromMilliseconds(50);

    /// <summary>A page: large sectors of an F4 take up to 4 s by the data sheet, at low voltage.</summary>
    private static readonly TimeSpan s_page = TimeSpan.FromSeconds(8);

    private Stm32Loader? _loader;

    public string Name => link.Name;

    /// <summary>False when the link cannot keep the even parity the chip wants: fine on a pseudo terminal, hopeless on
    /// a wire.</summary>
    public bool HasParity { get; private set; }

    /// <summary>Starts the loader's talk and asks what it is. The chip has to be in its loader: BOOT0 high at
    /// reset.</summary>
    public Stm32Loader Connect(int rate)
    {
        link.SetRate(rate);
        HasParity = link is ILinkParity parity && parity.SetEvenParity(true);
        link.Discard();
        for (int attempt = 0; ; attempt++)
        {
            link.Write([Sync], s_answer);
            byte? answer = TryByte(s_sync);

            // 1F: it was talked to before, and took this for half a command.
            if (answer is Yes or No)
            {
                break;
            }
            if (attempt + 1 >= SyncTriesMax)
            {
                string came = answer is null ? "nothing came" : $"{answer:X2} came";
                throw new Stm32Exception(
                    $"{link.Name}: no STM32 loader answers 7F with 79 ({came}, {SyncTriesMax} tries at {rate} baud"
                    + $"{(HasParity ? "" : ", without parity, which this link does not keep")}). Set BOOT0 high, "
                    + "reset the board and repeat.");
            }
            link.Discard();
        }
        byte[] known = Reply(Get, "what it knows", null);
        byte[] id = Reply(GetId, "its chip", 1);
        _loader = new(known[0], known[1..], BinaryPrimitives.ReadUInt16BigEndian(id));
        return _loader;
    }

    /// <summary>Reads up to 256 bytes at once, as often as needed.</summary>
    public void Read(uint address, Span<byte> into)
    {
        for (int at = 0; at < into.Length;)
        {
            int length = Math.Min(BlockMax, into.Length - at);
            uint from = address + (uint)at;
            string doing = $"reading {length} bytes at {from:X8}";
            Command(ReadMemory, doing);
            Address(from, doing);
            byte count = (byte)(length - 1);
            link.Write([count, (byte)(count ^ 0xFF)], s_answer);
            Expect(s_answer, doing);
            Fill(into.Slice(at, length), doing);
            at += length;
        }
    }

    /// <summary>Writes one block of up to 256 bytes; what is short of a multiple of 4 is filled up with FF.</summary>
    public void Write(uint address, ReadOnlySpan<byte> data)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(data.Length, BlockMax);
        string doing = $"writing {data.Length} bytes at {address:X8}";
        byte[] frame = new byte[((data.Length + 3) & ~3) + 2];
        frame.AsSpan().Fill(0xFF);
        frame[0] = (byte)(frame.Length - 3);
        data.CopyTo(frame.AsSpan(1));
        frame[^1] = Xor(frame.AsSpan(..^1));
        Command(WriteMemory, doing);
        Address(address, doing);
        link.Write(frame, s_answer);
        Expect(s_answer, doing);
    }

    /// <summary>Erases these pages, by their numbers.</summary>
    /// <param name="done">Told the pages erased so far.</param>
    public void ErasePages(IReadOnlyList<ushort> pages, Action<int>? done = null)
    {
        bool extended = Loader.Commands.Contains(EraseExtended);
        if (!extended && (!Loader.Commands.Contains(Erase) || pages.Any(static page => page > 254)))
        {
            throw new Stm32Exception(
                $"{link.Name}: the loader knows no command to erase page {pages.Max()} (it knows "
                + $"{Convert.ToHexString([.. Loader.Commands])}; 43 reaches to 254, 44 further).");
        }
        for (int at = 0; at < pages.Count; at += PagesMax)
        {
            ushort[] some = [.. pages.Skip(at).Take(PagesMax)];
            string doing = $"erasing pages {some[0]} to {some[^1]}";
            byte[] frame = extended ? Extended(some)
                : [(byte)(some.Length - 1), .. some.Select(static page => (byte)page), 0];
            frame[^1] = Xor(frame.AsSpan(..^1));
            Command(extended ? EraseExtended : Erase, doing);
            link.Write(frame, s_answer);
            Expect(s_page * some.Length, doing);
            done?.Invoke(at + some.Length);
        }
    }

    /// <summary>Starts the program whose vectors are at that address.</summary>
    public void Start(uint address)
    {
        string doing = $"starting the program at {address:X8}";
        Command(Go, doing);
        Address(address, doing);
    }

    /// <summary>
    /// After a fault: gets into step again with a loader that may wait for any part of a command. It is sent bytes, one
    /// at a time, until it says no: three FF, then FE. In no state do they make a whole frame: not a command and its
    /// complement, not an address, not 257 bytes to write or fewer pages to erase, whose checksum is right. Mass erase
    /// (FFFF, checksum 00) is refused by the third.
    /// </summary>
    public bool Recover()
    {
        if (!Quiet())
        {
            return false; // no loader talks without being asked
        }
        for (int sent = 0; sent < RecoverMax; sent++)
        {
            link.Write([sent < 3 ? (byte)0xFF : (byte)0xFE], s_answer);
            if (TryByte(s_step) is null)
            {
                continue;
            }
            if (!Quiet())
            {
                return false;
            }
            try
            {
                Reply(Get, "what it knows", null);
                return true;
            }
            catch (Stm32Exception)
            {
                // What came was of before; the next bytes find out where it is now.
            }
        }
        return false;
    }

    /// <summary>Hears what was said before the fault. False when it does not come to an end.</summary>
    private bool Quiet()
    {
        Span<byte> rest = stackalloc byte[64];
        for (int i = 0; i < QuietMax; i++)
        {
            if (link.Read(rest, s_quiet) == 0)
            {
                link.Discard();
                return true;
            }
        }
        return false;
    }

    private Stm32Loader Loader => _loader ?? throw new InvalidOperationException("Connect first.");

    private static byte[] Extended(ushort[] pages)
    {
        byte[] frame = new byte[2 + (pages.Length * 2) + 1];
        BinaryPrimitives.WriteUInt16BigEndian(frame, (ushort)(pages.Length - 1));
        for (int index = 0; index < pages.Length; index++)
        {
            BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(2 + (index * 2)), pages[index]);
        }
        return frame;
    }

    /// <summary>A command that answers count, bytes, yes.</summary>
    private byte[] Reply(byte command, string doing, int? count)
    {
        Command(command, doing);
        byte[] length = new byte[1];
        Fill(length, doing);
        if (count is int needed && length[0] != needed)
        {
            throw new Stm32Exception(
                $"{link.Name}: the loader announces {length[0] + 1} bytes for {doing}; allowed are {needed + 1}. "
                + "Reset the board and repeat.");
        }
        byte[] bytes = new byte[length[0] + 1];
        Fill(bytes, doing);
        Expect(s_answer, doing);
        return bytes;
    }

    private void Command(byte command, string doing)
    {
        link.Write([command, (byte)(command ^ 0xFF)], s_answer);
        Expect(s_answer, doing);
    }

    private void Address(uint address, string doing)
    {
        Span<byte> bytes = stackalloc byte[5];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, address);
        bytes[4] = Xor(bytes[..4]);
        link.Write(bytes, s_answer);
        Expect(s_answer, doing);
    }

    private void Expect(TimeSpan wait, string doing)
    {
        byte answer = TryByte(wait)
            ?? throw new Stm32Exception(
            $"{link.Name}: the loader does not answer within {wait.TotalSeconds:0.#} s at {doing}. Reset the board "
            + "and repeat.");
        if (answer != Yes)
        {
            throw new Stm32Exception(
                $"{link.Name}: the loader answers {answer:X2} ({(answer == No ? "no" : "neither yes nor no")}) at "
                    + $"{doing}; allowed is 79. The memory may be protected, or the line is bad.");
        }
    }

    private byte? TryByte(TimeSpan wait)
    {
        Span<byte> one = stackalloc byte[1];
        return link.Read(one, wait) == 1 ? one[0] : null;
    }

    private void Fill(Span<byte> into, string doing)
    {
        for (int at = 0; at < into.Length;)
        {
            int came = link.Read(into[at..], s_answer);
            at += came > 0 ? came
                : throw new Stm32Exception(
                $"{link.Name}: the loader stopped after {at} of {into.Length} bytes at {doing}. Reset the board and "
                + "repeat.");
        }
    }

    private static byte Xor(ReadOnlySpan<byte> bytes)
    {
        byte sum = 0;
        foreach (byte value in bytes)
        {
            sum ^= value;
        }
        return sum;
    }
}
