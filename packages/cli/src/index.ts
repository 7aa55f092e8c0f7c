// What is exported here is public.
export {};
