using System.Globalization;

namespace Otedama.Pool;

/// <summary>What is wrong at one place of a share log.</summary>
public enum LogFault
{
    /// <summary>Bytes that are no record, with intact records behind them.</summary>
    Records,

    /// <summary>The first 64 bytes of a segment.</summary>
    Header,

    /// <summary>Segments between others, or acknowledged ones at the end, are not there.</summary>
    MissingSegment,

    /// <summary>Acknowledged records at the end are not there.</summary>
    MissingEnd,
}

/// <summary>One damaged place.</summary>
/// <param name="Segment">Number of the segment, from 1.</param>
/// <param name="Path">Its file.</param>
/// <param name="Offset">First damaged byte.</param>
/// <param name="Bytes">How many bytes are damaged; 0 when they are not there.</param>
/// <param name="FirstLost">Number of the first record that cannot be read.</param>
/// <param name="RecordsLost">How many records cannot be read; 0 when none or when only a repair can tell.</param>
public sealed record LogDamage(
    LogFault Fault, uint Segment, string Path, int Offset, int Bytes, uint FirstLost, uint RecordsLost)
{
    /// <summary>One sentence without its full stop.</summary>
    public string Text
    {
        get
        {
            string lost = RecordsLost switch
            {
                0 => "no record is lost",
                1 => string.Create(CultureInfo.InvariantCulture, $"record {FirstLost} is lost"),
                _ => string.Create(CultureInfo.InvariantCulture, $"{RecordsLost} records from {FirstLost} on are lost"),
            };
            return Fault switch
            {
                LogFault.Records => string.Create(
                    CultureInfo.InvariantCulture, $"{Path} is damaged at byte {Offset} for {Bytes} bytes; {lost}"),
                LogFault.Header => $"the header of {Path} is damaged; {lost}",
                LogFault.MissingSegment => $"{Path} is missing; {lost}",
                _ => string.Create(
                    CultureInfo.InvariantCulture, $"{Path} ends at byte {Offset}, before what was acknowledged; {lost}"),
            };
        }
    }
}
