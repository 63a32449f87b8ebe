// Short messages at the foot of the page: what was done, and what went wrong beside what is shown.
import { createContext, useCallback, useContext, useRef, useState, type ReactNode } from "react";

interface Notice {
  id: number;
  text: string;
}

type Notify = (text: string) => void;

const SHOWN_MS = 6000;
const Context = createContext<Notify>(() => {});

export const useNotify = () => useContext(Context);

export function NoticesProvider({ children }: { children: ReactNode }) {
  const [notices, setNotices] = useState<Notice[]>([]);
  const last = useRef(0);

  const notify = useCallback((text: string) => {
    const id = (last.current += 1);
    // The same words twice are one message: several queries of a page meet the same limit.
    setNotices((now) => [...now.filter((notice) => notice.text !== text), { id, text }].slice(-3));
    setTimeout(() => setNotices((now) => now.filter((notice) => notice.id !== id)), SHOWN_MS);
  }, []);

  return (
    <Context value={notify}>
      {children}
      <div className="notices" role="status" aria-live="polite">
        {notices.map(({ id, text }) => (
          <p key={id}>{text}</p>
        ))}
      </div>
    </Context>
  );
}
