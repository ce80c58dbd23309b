// The screen in the hall renews itself every five minutes.
setTimeout(() => window.location.reload(), 300000);
