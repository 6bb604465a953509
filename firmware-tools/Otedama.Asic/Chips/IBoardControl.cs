namespace Otedama.Asic;

/// <summary>
/// What a chain asks of the board it sits on. Called by the thread that steps the chain; each call takes at most a few
/// tens of milliseconds. Throws LinkException where the board can no longer be reached. What a board does not have it
/// says so: false from the setters, null in the reading; the chain goes on without.
/// </summary>
public interface IBoardControl
{
    /// <summary>As people would find it, with the serial number where there is one.</summary>
    string Name { get; }

    /// <summary>
    /// Opens everything the board is made of, or opens it anew after it went away (found again by its serial number),
    /// and gives the way to its chips at 115,200 baud. The caller disposes of the link and then calls Close.
    /// LinkException when it is not there.
    /// </summary>
    ILink Open();

    /// <summary>Closes what Open opened besides the link. Never throws.</summary>
    void Close();

    /// <summary>The chips' nRST: true = held in reset (line low). False = no such line.</summary>
    bool SetReset(bool held);

    /// <summary>How long nRST has to be low.</summary>
    TimeSpan ResetHold => TimeSpan.FromMilliseconds(100);

    /// <summary>How long after it chips are not spoken to yet.</summary>
    TimeSpan ResetRest => TimeSpan.FromMilliseconds(100);

    /// <summary>True = the line reads low; null = cannot be read back.</summary>
    bool? IsResetHeld { get; }

    /// <summary>Regulator output on or off; off with nRST low is the safe state. False = cannot be switched.</summary>
    bool SetRegulator(bool on);

    /// <summary>Core voltage. False = fixed. The board checks its own limits, and its status after the
    /// change.</summary>
    bool SetMillivolts(int millivolts);

    /// <summary>All fans, 0-100. False = none, or they go by themselves.</summary>
    bool SetFan(int percent);

    /// <summary>All sensors, freshly read. An unreadable one is null, not an exception.</summary>
    BoardReading Read();
}
