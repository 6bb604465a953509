namespace Otedama.Asic;

/// <summary>The lamp of a stick.</summary>
public enum GekkoLamp
{
    Off,
    On,
    Heartbeat,
    Work,
}

/// <summary>
/// The second interface of GekkoScience A1 and A2 sticks (CP2105, 115,200 baud): commands of two ASCII bytes. It
/// switches the regulator, sets the core voltage and the fan, and measures. One thread at a time. Throws LinkException
/// where the link fails and BoardException where the stick does.
/// </summary>
public sealed class GekkoTelemetry(ILink link, TimeProvider clock) : IDisposable
{
    public const int Rate = 115_200;

    /// <summary>Settings of the core voltage, in steps of 5.</summary>
    public const int CoreMax = 500;

    /// <summary>How long the stick takes for an answer at most; the specification has 100 ms.</summary>
    public static readonly TimeSpan AnswerTime = TimeSpan.FromMilliseconds(300);

    /// <summary>At 115,200 baud a byte takes 0.09 ms: when nothing came for so long, the answer is over.</summary>
    private static readonly TimeSpan s_silence = TimeSpan.FromMilliseconds(20);

    /// <summary>The version byte, high nibble the version; 0 before Start.</summary>
    public byte Version { get; private set; }

    public GekkoSenses Senses { get; private set; }

    /// <summary>Asks which version it is and what it measures; throws where it is none that is known.</summary>
    public void Start()
    {
        Span<byte> answer = stackalloc byte[GekkoReading.SizeMax];
        int count = Ask("?v"u8, answer, 1);
        byte version = answer[0];
        if (count < 1 || version >> 4 is not (1 or 2 or 3))
        {
            throw new BoardException(
                BoardFault.WrongPart,
                $"{link.Name}: the telemetry interface names version {version:x2}; versions 1, 2 and 3 are known. "
                + "Is it the second interface of a Compac or Terminus A1 or A2?");
        }
        GekkoSenses senses = GekkoReading.SensesOf(version);
        if (version >> 4 == 3)
        {
            Ask("M."u8, answer, 1);
            senses = (GekkoSenses)answer[0];
        }
        (Version, Senses) = (version, senses);
    }

    public GekkoReading Read()
    {
        Span<byte> answer = stackalloc byte[GekkoReading.SizeMax];
        int count = Ask("G."u8, answer, GekkoReading.SizeMin);
        return GekkoReading.Parse(answer[..count], Version, Senses);
    }

    /// <param name="setting">0 to 500; the stick takes steps of 5, so it is rounded down.</param>
    public void SetCore(int setting)
    {
        if (setting is < 0 or > CoreMax)
        {
            throw new BoardException(BoardFault.OutOfRange, $"core setting {setting}: allowed are 0 to {CoreMax}");
        }
        Tell((byte)'V', (byte)(setting / 5));
    }

    public void Enable(bool on) => Tell((byte)'B', on ? (byte)'O' : (byte)'-');

    /// <param name="percent">0 to 100.</param>
    public void SetFan(int percent) => Tell((byte)'F', (byte)Math.Clamp(percent, 0, 100));

    public void SetLamp(GekkoLamp lamp) => Tell((byte)'L', lamp switch
    {
        GekkoLamp.On => (byte)'O',
        GekkoLamp.Heartbeat => (byte)'H',
        GekkoLamp.Work => (byte)'N',
        _ => (byte)'-',
    });

    public void Dispose() => link.Dispose();

    private void Tell(byte command, byte value) => link.Write([command, value], AnswerTime);

    private int Ask(ReadOnlySpan<byte> command, Span<byte> answer, int least)
    {
        link.Discard();
        link.Write(command, AnswerTime);
        long begun = clock.GetTimestamp();
        int held = 0;
        while (held < answer.Length)
        {
            TimeSpan left = held >= least ? s_silence : AnswerTime - clock.GetElapsedTime(begun);
            int count = left > TimeSpan.Zero ? link.Read(answer[held..], left) : 0;
            if (count == 0)
            {
                break;
            }
            held += count;
        }
        return held >= least ? held : throw new BoardException(
            BoardFault.NoAnswer,
            $"{link.Name}: the stick's telemetry answered {held} bytes to {(char)command[0]}{(char)command[1]}, and "
                + $"{least} were expected");
    }
}
