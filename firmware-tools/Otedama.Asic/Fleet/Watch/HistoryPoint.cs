using System.Buffers.Binary;
using Otedama.Core;

namespace Otedama.Asic;

/// <summary>
/// What is remembered of a device for one span of time, in 24 bytes: rates whole, all else in 16-bit floating point
/// (three digits). NaN = nothing was said.
/// </summary>
public readonly record struct HistoryPoint
{
    /// <summary>Bytes of a point in a file: these, then a CRC-32C of them. Little-endian.</summary>
    public const int FileBytes = 28;

    /// <summary>Seconds since 1970 at the begin of the span; 0 = no point.</summary>
    public uint Time { get; init; }

    /// <summary>H/s.</summary>
    public float Rate { get; init; }

    /// <summary>Hottest chip, in Celsius.</summary>
    public Half ChipC { get; init; }

    public Half RegulatorC { get; init; }

    /// <summary>Tens of watts would be too coarse for a small one, so watts: up to 65,504.</summary>
    public Half Watts { get; init; }

    /// <summary>Of the slowest fan.</summary>
    public Half FanRpm { get; init; }

    /// <summary>Percent, of the same fan.</summary>
    public Half FanDuty { get; init; }

    /// <summary>Percent of the hardware's answers that were wrong.</summary>
    public Half ErrorPercent { get; init; }

    /// <summary>Shares in the span.</summary>
    public Half Accepted { get; init; }

    /// <summary>Shares in the span.</summary>
    public Half Rejected { get; init; }

    /// <summary>J per hash; NaN where power or rate is not known, or nothing was hashed.</summary>
    public double JoulePerHash => Rate > 0 ? (double)Watts / Rate : double.NaN;

    public void Write(Span<byte> into)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(into, Time);
        BinaryPrimitives.WriteSingleLittleEndian(into[4..], Rate);
        Span<byte> halves = into[8..];
        foreach (Half value in (ReadOnlySpan<Half>)
            [ChipC, RegulatorC, Watts, FanRpm, FanDuty, ErrorPercent, Accepted, Rejected])
        {
            BinaryPrimitives.WriteHalfLittleEndian(halves, value);
            halves = halves[2..];
        }
        BinaryPrimitives.WriteUInt32LittleEndian(into[24..], Crc32C.Of(into[..24]));
    }

    /// <summary>False when the bytes are no point, or damaged.</summary>
    public static bool TryRead(ReadOnlySpan<byte> from, out HistoryPoint point)
    {
        point = default;
        if (BinaryPrimitives.ReadUInt32LittleEndian(from[24..]) != Crc32C.Of(from[..24]))
        {
            return false;
        }
        point = new HistoryPoint
        {
            Time = BinaryPrimitives.ReadUInt32LittleEndian(from),
            Rate = BinaryPrimitives.ReadSingleLittleEndian(from[4..]),
            ChipC = BinaryPrimitives.ReadHalfLittleEndian(from[8..]),
            RegulatorC = BinaryPrimitives.ReadHalfLittleEndian(from[10..]),
            Watts = BinaryPrimitives.ReadHalfLittleEndian(from[12..]),
            FanRpm = BinaryPrimitives.ReadHalfLittleEndian(from[14..]),
            FanDuty = BinaryPrimitives.ReadHalfLittleEndian(from[16..]),
            ErrorPercent = BinaryPrimitives.ReadHalfLittleEndian(from[18..]),
            Accepted = BinaryPrimitives.ReadHalfLittleEndian(from[20..]),
            Rejected = BinaryPrimitives.ReadHalfLittleEndian(from[22..]),
        };
        return point.Time > 0;
    }

    /// <summary>Several points of a longer span as one: means of what is known, sums of shares.</summary>
    public static HistoryPoint Join(ReadOnlySpan<HistoryPoint> points, uint time) => new()
    {
        Time = time,
        Rate = (float)Mean(points, static point => point.Rate),
        ChipC = (Half)Mean(points, static point => (double)point.ChipC),
        RegulatorC = (Half)Mean(points, static point => (double)point.RegulatorC),
        Watts = (Half)Mean(points, static point => (double)point.Watts),
        FanRpm = (Half)Mean(points, static point => (double)point.FanRpm),
        FanDuty = (Half)Mean(points, static point => (double)point.FanDuty),
        ErrorPercent = (Half)Mean(points, static point => (double)point.ErrorPercent),
        Accepted = (Half)Sum(points, static point => (double)point.Accepted),
        Rejected = (Half)Sum(points, static point => (double)point.Rejected),
    };

    private static double Mean(ReadOnlySpan<HistoryPoint> points, Func<HistoryPoint, double> read)
    {
        (double sum, int count) = Total(points, read);
        return count == 0 ? double.NaN : sum / count;
    }

    private static double Sum(ReadOnlySpan<HistoryPoint> points, Func<HistoryPoint, double> read)
    {
        (double sum, int count) = Total(points, read);
        return count == 0 ? double.NaN : Math.Min(sum, (double)Half.MaxValue);
    }

    private static (double Sum, int Count) Total(ReadOnlySpan<HistoryPoint> points, Func<HistoryPoint, double> read)
    {
        double sum = 0;
        int count = 0;
        foreach (HistoryPoint point in points)
        {
            double value = read(point);
            if (!double.IsNaN(value))
            {
                sum += value;
                count++;
            }
        }
        return (sum, count);
    }
}
